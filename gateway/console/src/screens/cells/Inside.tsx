import { useState } from 'react';
import { useAction } from '../../api/action';
import { useList } from '../../api/query';
import { EquipmentService, type HotCell } from '../../generated/doseline/execution/v1/equipment_pb';
import { CellItemKind, type CellItem } from '../../generated/doseline/execution/v1/hot_cells_pb';
import { PossessionService } from '../../generated/doseline/inventory/v1/possession_pb';
import { ContainerState, WasteService } from '../../generated/doseline/waste/v1/waste_pb';
import { Button } from '../../ui/Button';
import { SelectField } from '../../ui/Fields';
import { LiveActivity, Time } from '../../ui/Figures';
import { Note, Panel } from '../../ui/Panel';
import { Refusals } from '../../ui/Refusals';
import { Table } from '../../ui/Table';
import { useToast } from '../../ui/Toasts';
import { cellTexts as t } from '../../text/cells';
import { portable } from './turn';

/** What lies in the cell, and its way out: each thing is a waste item and goes into a container of another room. */
export function Inside({ cell }: { cell: HotCell }) {
  const { siteId, roomId } = cell.equipment!;
  const [chosen, setChosen] = useState('');
  const [gone, setGone] = useState<ReadonlySet<string>>(new Set());
  const containers = useList(WasteService.method.listContainers, { siteId, state: ContainerState.OPEN, pageSize: 200 }, (page) => page.containers);
  const add = useAction(WasteService.method.addItem, PossessionService.typeName, EquipmentService.typeName);
  const say = useToast();
  const open = (containers.data ?? []).filter((each) => each.roomId !== roomId);
  const into = chosen || (open.length === 1 ? open[0]!.containerId : '');
  const carry = async (item: CellItem) => {
    if (!(await add.run({ containerId: into, wasteId: item.wasteId }))) return false;
    setGone((all) => new Set([...all, item.wasteId]));
    return true;
  };
  const carryAll = async () => {
    for (const item of portable(cell)) if (!gone.has(item.wasteId) && !(await carry(item))) return;
    say(t.carried);
  };
  const why = (item: CellItem): string | null => {
    if (item.kind === CellItemKind.SPILL) return t.spillWhy;
    if (gone.has(item.wasteId)) return t.wayWhy;
    return into ? null : open.length === 0 ? t.noContainer : t.chooseContainer;
  };
  return (
    <Panel
      flush title={`${t.inside} (${cell.items.length})`}
      aside={portable(cell).length > 0 && <>
        <SelectField label={t.container} value={into} onChange={(id) => { setChosen(id); add.clear(); }} empty={open.length === 0 ? t.noContainer : t.chooseContainer} options={open.map((each) => [each.containerId, each.label] as const)} />
        <Button for={WasteService.method.addItem} busy={add.busy} why={into ? null : open.length === 0 ? t.noContainer : t.chooseContainer} onClick={() => void carryAll()}>{t.carryAll}</Button>
      </>}
    >
      {add.problem && <div className="inset"><Refusals problem={add.problem} /></div>}
      <Table<CellItem>
        rows={cell.items} label={t.inside} rowKey={(each) => each.wasteId} empty={t.insideNone}
        columns={[
          { title: t.itemColumns.kind, cell: (each) => t.kinds[each.kind] },
          { title: t.itemColumns.activity, cell: (each) => <span className="contents">{each.contents.map((part, i) => <LiveActivity key={i} of={part} everySeconds={5} />)}</span> },
          { title: t.itemColumns.note, cell: (each) => each.note },
          { title: t.itemColumns.by, cell: (each) => each.enteredBy },
          { title: t.itemColumns.at, cell: (each) => <Time at={each.entryTime} /> },
          { title: t.itemColumns.put, cell: (each) => each.kind === CellItemKind.UNEXPLAINED ? null : <Button size="small" for={WasteService.method.addItem} busy={add.busy} why={why(each)} onClick={() => void carry(each).then((done) => done && say(t.carried))}>{t.carry}</Button> },
        ]}
      />
      {cell.unexplained.length > 0 && <div className="inset"><Note tone="warn" title={t.unexplained}><span className="contents">{cell.unexplained.map((part, i) => <LiveActivity key={i} of={part} everySeconds={5} />)}</span><p className="small">{t.unexplainedHint}</p></Note></div>}
    </Panel>
  );
}
