// Where QA's decisions stand, for the screens that show doses before they leave: they mark what is on hold instead of letting a person find out at the gate.
import { useMemo } from 'react';
import { useWatch } from '../../api/watch';
import type { Timestamp } from '@bufbuild/protobuf/wkt';
import { DispositionService, type DoseDisposition } from '../../generated/doseline/quality/v1/disposition_pb';
import { Disposition } from '../../generated/doseline/quality/v1/events_pb';
import { millis } from '../../physics/time';

/** True while QA has still to decide on a dose. */
export const waits = (dose: DoseDisposition): boolean => dose.lostCause === '' && (dose.state === Disposition.PENDING || dose.state === Disposition.QUARANTINE);

/** The earliest instant by which a dose that waits has to be released; undefined when none waits, or none has a deadline. */
export const soonest = (doses: readonly DoseDisposition[]): Timestamp | undefined =>
  doses.filter(waits).map((dose) => dose.releaseByTime).filter((time) => time !== undefined).sort((a, b) => millis(a)! - millis(b)!)[0];

/** What QA decided on a batch whose production is complete; null while something waits, or nothing was decided. */
export function decidedOn(doses: readonly DoseDisposition[]): 'released' | 'rejected' | 'conditional' | 'decided' | null {
  const living = doses.filter((dose) => dose.lostCause === '');
  if (living.length === 0 || living.some((dose) => ![Disposition.RELEASED, Disposition.REJECTED, Disposition.CONDITIONALLY_RELEASED].includes(dose.state))) return null;
  const states = new Set(living.map((dose) => dose.state));
  // What was released on a condition is never shown as released.
  if (states.has(Disposition.CONDITIONALLY_RELEASED)) return 'conditional';
  return states.size > 1 ? 'decided' : states.has(Disposition.RELEASED) ? 'released' : 'rejected';
}

/** Dispositions of a site by dose, live, with those that are on hold. */
export function useDispositions(siteId: string) {
  const watched = useWatch(DispositionService.method.watchDispositions, { siteId }, (message) => [message.disposition!.doseId, message.disposition!]);
  const held = useMemo(() => new Set([...watched.rows.values()].filter((each) => each.state === Disposition.QUARANTINE).map((each) => each.doseId)), [watched.rows]);
  const ofBatch = useMemo(() => {
    const batches = new Map<string, DoseDisposition[]>();
    for (const each of watched.rows.values()) batches.set(each.batchId, [...(batches.get(each.batchId) ?? []), each]);
    return batches;
  }, [watched.rows]);
  return { watched, held, ofBatch };
}
