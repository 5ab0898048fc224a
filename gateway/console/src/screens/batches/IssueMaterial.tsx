import { useState } from 'react';
import { useAction } from '../../api/action';
import { useList } from '../../api/query';
import { now } from '../../app/clock';
import { useScan } from '../../app/scan';
import { BatchRecordsService, MovementKind, type BatchRecord } from '../../generated/doseline/execution/v1/batch_records_pb';
import { BatchesService } from '../../generated/doseline/execution/v1/batches_pb';
import type { RecipeStep } from '../../generated/doseline/execution/v1/recipes_pb';
import { LotsService, LotStatus, type Lot } from '../../generated/doseline/inventory/v1/lots_pb';
import { Button } from '../../ui/Button';
import { ActivityField, bqOf, NumberField, numberOf, SelectField, useTypedActivity } from '../../ui/Fields';
import { Activity } from '../../ui/Figures';
import { Note } from '../../ui/Panel';
import { Refusals } from '../../ui/Refusals';
import { useToast } from '../../ui/Toasts';
import { activityAt } from '../../physics/decay';
import { becquerels } from '../../physics/units';
import { timestamp } from '../../physics/time';
import { batchTexts as t } from '../../text/batches';

/** Issues material of a lot to the batch. Inventory decides at that instant and says why not. */
export function IssueMaterial({ record, planned }: { record: BatchRecord; planned: RecipeStep }) {
  const batch = record.batch!;
  const say = useToast();
  const issue = useAction(BatchesService.method.issueMaterial, BatchRecordsService.typeName, LotsService.typeName);
  const material = record.recipe?.materials.find((each) => each.code === planned.materialCode);
  const nuclide = record.recipe?.nuclide ?? '';
  const lots = useList(LotsService.method.listLots, { siteId: batch.siteId, materialCode: planned.materialCode, status: LotStatus.APPROVED, onlyLeft: true, pageSize: 200 }, (page) => page.lots);
  const [lotId, setLotId] = useState('');
  const [activity, setActivity] = useTypedActivity(undefined, nuclide);
  const [quantity, setQuantity] = useState('');
  // A scan belongs to the step in front of the person, also the wrong one.
  const [stranger, setStranger] = useState<string | null>(null);
  const left = (lot: Lot) => lot.left.find((each) => each.nuclide === nuclide);
  const choose = (id: string) => {
    setLotId(id);
    setStranger(null);
    const lot = lots.data?.find((each) => each.lotId === id);
    const bq = lot && activityAt(left(lot), now());
    // Most often all of it is taken; the number can be changed.
    if (bq) setActivity({ ...activity, text: String(Number((bq / becquerels[activity.unit]).toPrecision(6))) });
  };
  useScan((code) => {
    const lot = lots.data?.find((each) => each.lotId === code || each.supplierBatch === code);
    setStranger(lot ? null : code);
    if (lot) choose(lot.lotId);
  });
  const submit = async () => {
    const amount = material?.radioactive
      ? { activity: { nuclide, activityBq: bqOf(activity) ?? NaN, referenceTime: timestamp(now()) } }
      : { quantity: numberOf(quantity) ?? 0 };
    if (await issue.run({ batchId: batch.batchId, stepId: planned.id, lotId, ...amount })) say(t.issued);
  };
  const issued = record.movements.filter((each) => each.kind === MovementKind.ISSUED && each.stepId === planned.id);
  return (
    <form className="stack part" noValidate onSubmit={(event) => { event.preventDefault(); void submit(); }}>
      {issued.map((each) => <Note key={each.movementId} tone="ok" title={t.issuedOf(each.materialCode)}>{each.activity ? <Activity of={each.activity} /> : `${each.quantity} ${each.unit}`}</Note>)}
      {lots.data?.length === 0 && issued.length === 0 && <Note tone="warn">{t.noLots(planned.materialCode)}</Note>}
      {stranger !== null && <Note tone="stop" title={t.notForStep(stranger)}>{t.notForStepLot(planned.materialCode)}</Note>}
      <SelectField label={t.lot} hint={t.lotHint} value={lotId} onChange={choose} empty="" options={(lots.data ?? []).map((lot) => [lot.lotId, `${lot.supplierBatch} · ${lot.materialCode}`] as const)} />
      {material?.radioactive ? <ActivityField label={t.activity} value={activity} onChange={setActivity} /> : <NumberField label={t.quantity} unit={material?.unit} value={quantity} onChange={setQuantity} />}
      <Refusals problem={issue.problem} />
      <div className="row"><Button type="submit" {...(issued.length === 0 ? { kind: 'primary' as const } : {})} size="large" for={BatchesService.method.issueMaterial} busy={issue.busy}>{t.issue}</Button></div>
    </form>
  );
}
