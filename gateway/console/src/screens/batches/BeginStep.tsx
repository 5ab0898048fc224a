import { useState } from 'react';
import { useAction } from '../../api/action';
import { useList } from '../../api/query';
import { useScan } from '../../app/scan';
import { BatchRecordsService, type BatchRecord, type BatchStep } from '../../generated/doseline/execution/v1/batch_records_pb';
import { BatchesService } from '../../generated/doseline/execution/v1/batches_pb';
import { EquipmentService, type Equipment } from '../../generated/doseline/execution/v1/equipment_pb';
import { EquipmentClass, type RecipeStep } from '../../generated/doseline/execution/v1/recipes_pb';
import { Button } from '../../ui/Button';
import { SelectField } from '../../ui/Fields';
import { Note } from '../../ui/Panel';
import { batchTexts as t } from '../../text/batches';
import { StaleOr } from './StaleOr';
import { limitsOf } from './StepInputs';

/** Begins a step with the equipment it needs; a scanned plate chooses its equipment. */
export function BeginStep({ record, step, planned, refresh }: { record: BatchRecord; step: BatchStep; planned: RecipeStep; refresh(): void }) {
  const batch = record.batch!;
  const begin = useAction(BatchesService.method.startStep, BatchRecordsService.typeName, EquipmentService.typeName);
  const equipment = useList(EquipmentService.method.listEquipment, planned.equipmentClasses.length > 0 ? { siteId: batch.siteId, pageSize: 500 } : null, (page) => page.equipment);
  const [picked, setPicked] = useState<Readonly<Record<number, string>>>({});
  const [stranger, setStranger] = useState<string | null>(null);
  const of = (kind: EquipmentClass): Equipment[] => (equipment.data ?? []).filter((each) => each.equipmentClass === kind);
  const chosen = (kind: EquipmentClass): string => picked[kind] ?? (kind === EquipmentClass.HOT_CELL ? batch.hotCellId : (of(kind).length === 1 ? of(kind)[0]!.equipmentId : ''));
  useScan((code) => {
    const found = equipment.data?.find((each) => each.code === code || each.equipmentId === code);
    const fits = found && planned.equipmentClasses.includes(found.equipmentClass);
    setStranger(fits ? null : found?.code ?? code);
    if (fits) setPicked((old) => ({ ...old, [found.equipmentClass]: found.equipmentId }));
  });
  const submit = async () => {
    const answer = await begin.run({ batchId: batch.batchId, stepId: step.stepId, equipmentIds: planned.equipmentClasses.map(chosen).filter(Boolean), recordVersion: batch.recordVersion });
    if (!answer) refresh();
  };
  return (
    <form className="stack" noValidate onSubmit={(event) => { event.preventDefault(); void submit(); }}>
      {planned.inputs.length > 0 && <ul className="planned">{planned.inputs.map((input) => <li key={input.code}>{input.title} <span className="soft">{limitsOf(input)}</span></li>)}</ul>}
      {planned.equipmentClasses.map((kind) => (
        <SelectField key={kind} label={t.classes[kind]!} value={chosen(kind)} onChange={(id) => setPicked((old) => ({ ...old, [kind]: id }))} empty="" options={of(kind).map((each) => [each.equipmentId, each.code] as const)} />
      ))}
      {stranger !== null && <Note tone="stop" title={t.notForStep(stranger)}>{planned.equipmentClasses.length > 0 ? t.notForStepEquipment(planned.equipmentClasses.map((kind) => t.classes[kind]!).join(', ')) : t.notForStepNothing}</Note>}
      <StaleOr problem={begin.problem} />
      <div className="row"><Button type="submit" kind="primary" size="large" for={BatchesService.method.startStep} busy={begin.busy}>{t.begin}</Button></div>
    </form>
  );
}
