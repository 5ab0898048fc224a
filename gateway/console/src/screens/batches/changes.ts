// What changed in a batch record between two readings, in sentences: nobody's entry is lost and everybody sees the other's.
import { BatchExceptionState, BatchStepState, type BatchRecord } from '../../generated/doseline/execution/v1/batch_records_pb';
import { batchTexts as t } from '../../text/batches';

/** Sentences on what others did between two versions of a record; entries of the person named are left out. */
export function changesBetween(before: BatchRecord, after: BatchRecord, person: string): string[] {
  const found: string[] = [];
  let own = 0;
  const say = (who: string, sentence: string) => {
    if (who === person) own++;
    else found.push(sentence);
  };
  const earlier = new Map(before.steps.map((step) => [step.stepId, step]));
  for (const step of after.steps) {
    const was = earlier.get(step.stepId)?.state ?? BatchStepState.OPEN;
    if (was < BatchStepState.RUNNING && step.state >= BatchStepState.RUNNING) say(step.startedBy, t.change.stepBegun(step.title, step.startedBy));
    if (was < BatchStepState.PERFORMED && step.state >= BatchStepState.PERFORMED) say(step.performedBy, t.change.stepPerformed(step.title, step.performedBy));
    if (step.verifiedBy && !earlier.get(step.stepId)?.verifiedBy) say(step.verifiedBy, t.change.stepVerified(step.title, step.verifiedBy));
  }
  const exceptions = new Map(before.exceptions.map((each) => [each.exceptionId, each]));
  for (const each of after.exceptions) {
    if (!exceptions.has(each.exceptionId)) say(each.raisedBy, t.change.exception(each.summary, each.raisedBy));
    else if (each.state === BatchExceptionState.RESOLVED && exceptions.get(each.exceptionId)!.state !== each.state) say(each.resolvedBy, t.change.resolved(each.resolvedBy, each.summary));
  }
  const movements = new Set(before.movements.map((each) => each.movementId));
  for (const each of after.movements) if (!movements.has(each.movementId)) say(each.doneBy, t.change.movement(t.movementKinds[each.kind] ?? '', each.doneBy));
  if (before.batch?.state !== after.batch?.state) found.push(t.change.state(t.states[after.batch?.state ?? 0]!));
  if (found.length + own === 0 && before.batch?.recordVersion !== after.batch?.recordVersion) found.push(t.change.other);
  return found;
}
