// Everything QA looks at of one batch, from the services that own it, and what of it deviates.
import { mayCall } from '../../api/policy';
import { useList, useRead } from '../../api/query';
import { useSession } from '../../app/session';
import { BatchExceptionState, BatchRecordsService, MovementKind, type BatchException, type BatchMovement, type BatchRecord, type BatchStep, type FrozenRecord } from '../../generated/doseline/execution/v1/batch_records_pb';
import { PlausibilityService, type RecordedSecondLook } from '../../generated/doseline/operations/v1/plausibility_pb';
import { DeviationConclusion, DeviationsService, type Deviation } from '../../generated/doseline/quality/v1/deviations_pb';
import { DispositionService, type GetBatchReviewResponse, type Hold } from '../../generated/doseline/quality/v1/disposition_pb';
import { InvestigationsService, type Investigation } from '../../generated/doseline/quality/v1/investigations_pb';
import { ResultsService, Verdict, type Result } from '../../generated/doseline/quality/v1/results_pb';
import { plannedStep } from '../batches/StepCard';
import type { Problem } from '../../api/refusals';

/** A batch as QA sees it. */
export interface ReviewOfBatch {
  readonly loading: boolean;
  readonly problem: Problem | null;
  readonly review: GetBatchReviewResponse | undefined;
  readonly record: BatchRecord | undefined;
  readonly frozen: readonly FrozenRecord[];
  readonly results: readonly Result[];
  readonly deviations: readonly Deviation[];
  /** Values that were unlike what is usual and recorded all the same; none for who may not see them. */
  readonly looks: readonly RecordedSecondLook[];
  readonly investigations: readonly Investigation[];
  refresh(): void;
}

const everySeconds = 5;

/** Reads it, again and again, for a result may come while one reads. */
export function useReview(batchId: string): ReviewOfBatch {
  const review = useRead(DispositionService.method.getBatchReview, { batchId }, { everySeconds });
  const record = useRead(BatchRecordsService.method.getBatchRecord, { batchId }, { everySeconds });
  const results = useList(ResultsService.method.listResults, { batchId, pageSize: 500 }, (page) => page.results, { everySeconds });
  const deviations = useList(DeviationsService.method.listDeviations, { batchId, pageSize: 500 }, (page) => page.deviations, { everySeconds });
  const { roles } = useSession();
  const looksOf = (service: string) => (mayCall(PlausibilityService.method.listSecondLooks, roles) ? { service, recordId: batchId, pageSize: 500 } : null);
  const made = useList(PlausibilityService.method.listSecondLooks, looksOf('execution'), (page) => page.looks);
  const tested = useList(PlausibilityService.method.listSecondLooks, looksOf('quality'), (page) => page.looks);
  const investigations = useList(InvestigationsService.method.listInvestigations, { batchId, pageSize: 500 }, (page) => page.investigations, { everySeconds });
  return {
    looks: [...made.data ?? [], ...tested.data ?? []],
    loading: review.loading || record.loading, problem: review.problem ?? record.problem,
    review: review.data, record: record.data?.record, frozen: record.data?.frozen ?? [], results: results.data ?? [], deviations: deviations.data ?? [], investigations: investigations.data ?? [],
    refresh: () => { review.refresh(); record.refresh(); results.refresh(); deviations.refresh(); investigations.refresh(); },
  };
}

/** What deviates in a batch. */
export interface Deviating {
  readonly exceptions: readonly BatchException[];
  readonly openExceptions: number;
  readonly outside: readonly BatchStep[];
  readonly unverified: readonly BatchStep[];
  /** Steps on which somebody remarked something, whatever their values. */
  readonly remarked: readonly BatchStep[];
  readonly losses: readonly BatchMovement[];
  readonly results: readonly Result[];
  readonly deviations: readonly Deviation[];
  readonly openDeviations: number;
  readonly holds: readonly Hold[];
  readonly looks: readonly RecordedSecondLook[];
  /** Unexplained part of the balance when it is over half of its tolerance; null otherwise. */
  readonly balance: number | null;
}

// A balance is worth a look well before it is out of tolerance.
const lookFrom = 0.5;

/** Finds it. */
export function deviating({ review, record, results, deviations, looks }: Pick<ReviewOfBatch, 'review' | 'record' | 'results' | 'deviations' | 'looks'>): Deviating {
  const steps = record?.steps ?? [];
  const exceptions = record?.exceptions ?? [];
  const unexplained = record?.balance?.unexplainedFraction ?? 0;
  return {
    exceptions,
    openExceptions: exceptions.filter((each) => each.state === BatchExceptionState.OPEN).length,
    outside: steps.filter((step) => step.values.some((value) => !value.inLimit)),
    unverified: record ? steps.filter((step) => plannedStep(record, step.stepId)?.needsVerification && !step.verifiedBy && step.completeTime) : [],
    remarked: steps.filter((step) => step.comment && step.values.every((value) => value.inLimit)),
    losses: (record?.movements ?? []).filter((movement) => movement.kind === MovementKind.LOSS),
    results: results.filter((each) => each.verdict === Verdict.OUT_OF_SPECIFICATION || each.attempt > 1 || each.lateReason !== ''),
    deviations,
    openDeviations: deviations.filter((each) => each.conclusion === DeviationConclusion.UNSPECIFIED).length,
    holds: (review?.holds ?? []).filter((hold) => !hold.liftTime),
    looks,
    balance: record?.balance && Math.abs(unexplained) > lookFrom * record.balance.toleranceFraction ? unexplained : null,
  };
}

/** True when QA has nothing to read but the record itself. */
export const isClean = (found: Deviating): boolean =>
  found.exceptions.length + found.outside.length + found.unverified.length + found.remarked.length + found.losses.length + found.results.length + found.deviations.length + found.holds.length + found.looks.length === 0 && found.balance === null;
