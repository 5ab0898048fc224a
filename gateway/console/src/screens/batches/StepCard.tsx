import { useState } from 'react';
import { useAction } from '../../api/action';
import { useList } from '../../api/query';
import { useNow } from '../../app/clock';
import { useZoneOf } from '../../app/session';
import { BatchRecordsService, BatchStepState, MovementKind, type BatchRecord, type BatchStep } from '../../generated/doseline/execution/v1/batch_records_pb';
import { BatchesService } from '../../generated/doseline/execution/v1/batches_pb';
import { EquipmentService } from '../../generated/doseline/execution/v1/equipment_pb';
import { StepKind, type RecipeStep } from '../../generated/doseline/execution/v1/recipes_pb';
import { DoseState } from '../../generated/doseline/execution/v1/records_pb';
import { Button } from '../../ui/Button';
import { LongField } from '../../ui/Fields';
import { Time } from '../../ui/Figures';
import { Badge, Facts, Note, Panel } from '../../ui/Panel';
import { useToast } from '../../ui/Toasts';
import { millis, spanText } from '../../physics/time';
import { batchTexts as t } from '../../text/batches';
import { BeginStep } from './BeginStep';
import { DispenseDoses } from './DispenseDoses';
import { EndOfSynthesis } from './EndOfSynthesis';
import { IssueMaterial } from './IssueMaterial';
import { StaleOr } from './StaleOr';
import { StepInputs } from './StepInputs';
import { isNext } from './StepList';
import { StepValues } from './StepValues';
import { TakeSample } from './TakeSample';
import { faultOf, valuesOf, type Typed } from './values';

/** The step recipe of a batch's step. */
export const plannedStep = (record: BatchRecord, stepId: string): RecipeStep | undefined =>
  record.recipe?.unitProcedures.flatMap((unit) => unit.operations).flatMap((operation) => operation.steps).find((step) => step.id === stepId);

/** One step: what to do, what to enter, and who did it. */
export function StepCard({ record, step, refresh, done }: { record: BatchRecord; step: BatchStep; refresh(): void; done(): void }) {
  const planned = plannedStep(record, step.stepId);
  const next = isNext(record, step.stepId);
  const batch = record.batch!;
  return (
    <Panel className="step-card" title={step.title} aside={<><span className="soft">{t.kinds[step.kind]}</span><Badge tone={step.state === BatchStepState.COMPLETE ? 'ok' : next ? 'live' : 'plain'}>{t.stepStates[step.state]}</Badge></>}>
      {planned?.procedure && step.state !== BatchStepState.COMPLETE && <p className="soft">{t.trainedOn(planned.procedure)}</p>}
      {step.state === BatchStepState.RUNNING && <Timer step={step} />}
      {step.state === BatchStepState.OPEN && planned && (next && !batch.onHold
        ? <BeginStep record={record} step={step} planned={planned} refresh={refresh} />
        : <Note>{batch.onHold ? t.held : t.notNext}</Note>)}
      {step.state === BatchStepState.RUNNING && planned && <>
        {step.kind === StepKind.MATERIAL_ISSUE && <IssueMaterial record={record} planned={planned} />}
        {step.kind === StepKind.SYNTHESIS && <EndOfSynthesis record={record} />}
        {step.kind === StepKind.DISPENSE && <DispenseDoses record={record} step={step} refresh={refresh} />}
        {step.kind === StepKind.SAMPLE && <TakeSample record={record} step={step} />}
        <CompleteStep record={record} planned={planned} ready={isPartDone(record, step)} refresh={refresh} done={done} />
      </>}
      {step.state >= BatchStepState.PERFORMED && <Performed step={step} />}
      {step.state === BatchStepState.PERFORMED && planned && <VerifyStep record={record} planned={planned} refresh={refresh} done={done} />}
    </Panel>
  );
}

// True when what the step is for was entered, so that completing it is what comes next.
function isPartDone(record: BatchRecord, step: BatchStep): boolean {
  const moved = (kind: MovementKind) => record.movements.some((each) => each.kind === kind && each.stepId === step.stepId);
  switch (step.kind) {
    case StepKind.MATERIAL_ISSUE: return moved(MovementKind.ISSUED);
    case StepKind.SYNTHESIS: return record.batch?.endOfSynthesisTime !== undefined;
    case StepKind.DISPENSE: return record.doses.every((dose) => (dose.record?.state ?? 0) >= DoseState.DISPENSED);
    case StepKind.SAMPLE: return moved(MovementKind.SAMPLE);
    default: return true;
  }
}

function Timer({ step }: { step: BatchStep }) {
  const now = useNow(1);
  const begun = millis(step.startTime);
  return (
    <div className="step-timer" role="timer">
      <span className="figure">{begun === null ? '' : spanText(now - begun)}</span>
      <span className="soft">{t.since} <Time at={step.startTime} /> {t.by(step.startedBy)}</span>
    </div>
  );
}

function CompleteStep({ record, planned, ready, refresh, done }: { record: BatchRecord; planned: RecipeStep; ready: boolean; refresh(): void; done(): void }) {
  const batch = record.batch!;
  const zone = useZoneOf()(batch.siteId);
  const say = useToast();
  const [typed, setTyped] = useState<Typed>({});
  const [comment, setComment] = useState('');
  const [tried, setTried] = useState(false);
  const complete = useAction(BatchesService.method.completeStep, BatchRecordsService.typeName);
  const equipment = useList(EquipmentService.method.listEquipment, planned.inputs.some((input) => input.type === 6) ? { siteId: batch.siteId, pageSize: 500 } : null, (page) => page.equipment);
  const signed = planned.signatureMeanings.includes('performed');
  const submit = async () => {
    setTried(true);
    if (planned.inputs.some((input) => faultOf(input, typed[input.code] ?? ''))) return;
    const answer = await complete.run({ batchId: batch.batchId, stepId: planned.id, values: valuesOf(planned.inputs, typed, zone), comment, recordVersion: batch.recordVersion }, { asked: signed });
    if (!answer) return refresh();
    say(planned.needsVerification ? t.performedWaits : t.completed);
    if (!planned.needsVerification && answer.exceptions.length === 0) done();
  };
  return (
    <form className="stack" noValidate onSubmit={(event) => { event.preventDefault(); void submit(); }}>
      <StepInputs inputs={planned.inputs} typed={typed} type={(code, text) => setTyped((old) => ({ ...old, [code]: text }))} tried={tried} zone={zone} equipment={equipment.data ?? []} />
      {planned.inputs.length > 0 && <LongField label={t.comment} hint={t.commentHint} value={comment} onChange={setComment} />}
      <StaleOr problem={complete.problem} />
      <div className="row">
        <Button type="submit" {...(ready ? { kind: 'primary' as const } : {})} size="large" for={BatchesService.method.completeStep} busy={complete.busy} why={batch.onHold ? t.held : null}>{t.complete}</Button>
        {signed && <span className="small soft">{t.signs}</span>}
      </div>
    </form>
  );
}

function VerifyStep({ record, planned, refresh, done }: { record: BatchRecord; planned: RecipeStep; refresh(): void; done(): void }) {
  const batch = record.batch!;
  const say = useToast();
  const verify = useAction(BatchesService.method.verifyStep, BatchRecordsService.typeName);
  const submit = async () => {
    const answer = await verify.run({ batchId: batch.batchId, stepId: planned.id, recordVersion: batch.recordVersion }, { asked: planned.signatureMeanings.includes('verified') });
    if (!answer) return refresh();
    say(t.verified);
    done();
  };
  return (
    <>
      <Note>{t.verifyWhat}</Note>
      <StaleOr problem={verify.problem} />
      <div className="row"><Button kind="primary" size="large" for={BatchesService.method.verifyStep} busy={verify.busy} onClick={() => void submit()}>{t.verify}</Button></div>
    </>
  );
}

function Performed({ step }: { step: BatchStep }) {
  return (
    <>
      <StepValues values={step.values} />
      <Facts of={[
        [t.performedBy, <>{step.performedBy} <Time at={step.completeTime} /></>],
        step.verifiedBy !== '' && [t.verifiedBy, <>{step.verifiedBy} <Time at={step.verifyTime} /></>],
        step.comment !== '' && [t.comment, step.comment],
      ]} />
    </>
  );
}
