import { useState } from 'react';
import { useAction } from '../../api/action';
import { useTime } from '../../app/clock';
import { EquipmentService, type HotCell } from '../../generated/doseline/execution/v1/equipment_pb';
import { CellItemKind, HotCellsService } from '../../generated/doseline/execution/v1/hot_cells_pb';
import { WasteService } from '../../generated/doseline/waste/v1/waste_pb';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { ActivityField, bqOf, LocalTimeField, SelectField, TextField, useTypedActivity } from '../../ui/Fields';
import { Refusals } from '../../ui/Refusals';
import { useToast } from '../../ui/Toasts';
import { timestamp } from '../../physics/time';
import { texts } from '../../text/en';
import { cellTexts as t } from '../../text/cells';

const kinds = [CellItemKind.WIPES, CellItemKind.COLUMN, CellItemKind.TUBING, CellItemKind.VIAL, CellItemKind.FILTER, CellItemKind.SPILL, CellItemKind.OTHER] as const;

/** Records something that was found in a cell after its batch: it becomes a waste item. */
export function FoundDialog({ cell, zone, close }: { cell: HotCell; zone: string; close(): void }) {
  const nuclide = cell.equipment!.lastNuclide;
  const [kind, setKind] = useState('');
  const [activity, setActivity] = useTypedActivity(undefined, nuclide);
  const [note, setNote] = useState('');
  const [tried, setTried] = useState(false);
  const time = useTime(zone);
  const record = useAction(HotCellsService.method.recordCellWaste, EquipmentService.typeName, WasteService.typeName);
  const say = useToast();
  const bq = bqOf(activity);
  const submit = async () => {
    setTried(true);
    const at = time.meant();
    if (kind === '' || bq === null || at === null) return;
    if (!(await record.run({ hotCellId: cell.equipment!.equipmentId, kind: Number(kind), activity: { nuclide, activityBq: bq, referenceTime: timestamp(at) }, note }))) return;
    say(t.foundDone);
    close();
  };
  return (
    <Dialog title={t.foundTitle} onClose={close} onSubmit={() => void submit()} foot={<>
      <button type="button" className="button" onClick={close}>{texts.cancel}</button>
      <Button type="submit" kind="primary" for={HotCellsService.method.recordCellWaste} busy={record.busy}>{t.found}</Button>
    </>}>
      <SelectField label={t.foundKind} value={kind} onChange={setKind} empty="" options={kinds.map((each) => [String(each), t.kinds[each]!] as const)} wrong={tried && kind === '' && texts.required} />
      <ActivityField label={`${t.foundActivity} (${nuclide})`} value={activity} onChange={setActivity} wrong={tried && bq === null && texts.needsNumber} />
      <LocalTimeField label={t.foundAt} zone={zone} value={time.text} onChange={time.type} />
      <TextField label={t.foundNote} value={note} onChange={setNote} />
      <Refusals problem={record.problem} />
    </Dialog>
  );
}
