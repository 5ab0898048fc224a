import { useState } from 'react';
import { useAction } from '../../api/action';
import { now } from '../../app/clock';
import { BatchRecordsService, MovementKind, type BatchRecord } from '../../generated/doseline/execution/v1/batch_records_pb';
import { BatchesService } from '../../generated/doseline/execution/v1/batches_pb';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { ActivityField, bqOf, Choices, LongField, useTypedActivity } from '../../ui/Fields';
import { Amount } from '../../ui/Figures';
import { Refusals } from '../../ui/Refusals';
import { useToast } from '../../ui/Toasts';
import { activityAt } from '../../physics/decay';
import { timestamp } from '../../physics/time';
import { texts } from '../../text/en';
import { batchTexts as t } from '../../text/batches';

/** Records residue or a loss; what the balance leaves unexplained stands beside it. */
export function WasteDialog({ record, close }: { record: BatchRecord; close(): void }) {
  const batch = record.batch!;
  const say = useToast();
  const action = useAction(BatchesService.method.recordWaste, BatchRecordsService.typeName);
  const [kind, setKind] = useState<'residue' | 'loss'>('residue');
  const [activity, setActivity] = useTypedActivity(undefined, record.recipe?.nuclide);
  const [note, setNote] = useState('');
  const balance = record.balance;
  const at = now();
  const rest = balance && [balance.dispensed, balance.samples, balance.waste, balance.loss].reduce((left, part) => left - (activityAt(part, at) ?? 0), activityAt(balance.issued, at) ?? 0);
  const submit = async () => {
    const done = await action.run({
      batchId: batch.batchId, kind: kind === 'loss' ? MovementKind.LOSS : MovementKind.RESIDUE, note,
      activity: { nuclide: record.recipe?.nuclide ?? '', activityBq: bqOf(activity) ?? NaN, referenceTime: timestamp(now()) },
    });
    if (!done) return;
    say(t.wasteDone);
    close();
  };
  return (
    <Dialog title={t.waste} onClose={close} onSubmit={() => void submit()} foot={<>
      <button type="button" className="button" onClick={close}>{texts.cancel}</button>
      <Button type="submit" kind="primary" for={BatchesService.method.recordWaste} busy={action.busy}>{t.waste}</Button>
    </>}>
      <Choices<'residue' | 'loss'> label={t.wasteKind} value={kind} onChange={setKind} options={[['residue', t.wasteKinds.residue], ['loss', t.wasteKinds.loss]]} />
      <ActivityField label={t.activity} value={activity} onChange={setActivity} hint={rest === undefined ? undefined : <>{t.wasteRest}: <Amount bq={rest} nuclide={record.recipe?.nuclide} /></>} />
      <LongField label={t.note} value={note} onChange={setNote} />
      <Refusals problem={action.problem} />
    </Dialog>
  );
}
