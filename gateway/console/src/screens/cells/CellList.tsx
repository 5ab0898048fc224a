import { useQueries } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { create } from '@bufbuild/protobuf';
import { useList } from '../../api/query';
import { call } from '../../api/transport';
import { useNow } from '../../app/clock';
import { useScan } from '../../app/scan';
import { EquipmentService, GetHotCellRequestSchema, type Equipment, type HotCell } from '../../generated/doseline/execution/v1/equipment_pb';
import { EquipmentClass } from '../../generated/doseline/execution/v1/recipes_pb';
import type { Site } from '../../generated/doseline/inventory/v1/sites_pb';
import { LiveActivity } from '../../ui/Figures';
import { Badge, Panel, Screen } from '../../ui/Panel';
import { ListTable } from '../../ui/Table';
import { texts } from '../../text/en';
import { cellTexts as t } from '../../text/cells';
import { CleanBadge, ClearBadge, PhaseBadge } from './Badges';
import { openSteps } from './turn';

/** The cells of a site and what is to be done to each. */
export function CellList({ site }: { site: Site }) {
  const [, go] = useLocation();
  const list = useList(EquipmentService.method.listEquipment, { siteId: site.siteId, equipmentClass: EquipmentClass.HOT_CELL, pageSize: 100 }, (page) => page.equipment, { everySeconds: 15 });
  const cells = useCells(list.data ?? []);
  useScan((code) => {
    const cell = list.data?.find((each) => each.code === code || each.equipmentId === code);
    if (!cell) return false;
    go(`/cells/${cell.equipmentId}`);
    return true;
  });
  return (
    <Screen title={texts.screens.cells} lead={t.lead}>
      <Panel flush>
        <ListTable<Equipment>
          list={list} label={texts.screens.cells} rowKey={(each) => each.equipmentId} empty={t.none} onOpen={(each) => go(`/cells/${each.equipmentId}`)}
          columns={[
            { title: t.columns.cell, cell: (each) => each.code },
            { title: t.columns.phase, cell: (each) => <PhaseBadge cell={cells.get(each.equipmentId)} /> },
            { title: t.columns.next, cell: (each) => <Todo cell={cells.get(each.equipmentId)} /> },
            { title: t.columns.inside, cell: (each) => { const cell = cells.get(each.equipmentId); return cell?.residual ? <>{t.items(cell.items.length)} · <LiveActivity of={cell.residual} everySeconds={5} /></> : cell?.items.length ? t.items(cell.items.length) : t.nothingIn; } },
            { title: t.columns.clear, cell: (each) => <ClearBadge cell={cells.get(each.equipmentId)} /> },
            { title: t.columns.clean, cell: (each) => <CleanBadge cell={cells.get(each.equipmentId)} /> },
            { title: t.columns.last, cell: (each) => (each.lastProductCode ? `${each.lastProductCode} · ${each.lastNuclide}` : t.neverUsed) },
          ]}
        />
      </Panel>
    </Screen>
  );
}

function Todo({ cell }: { cell: HotCell | undefined }) {
  const now = useNow(30);
  if (!cell) return <>{texts.none}</>;
  if (cell.equipment?.maintenanceOrderId) return <Badge tone="warn">{t.todo.work}</Badge>;
  if (cell.equipment?.batchId) return <span className="soft">{t.todo.batch}</span>;
  const [next] = openSteps(cell, now);
  return next ? <strong>{next === 'survey' && cell.clearTime ? t.todo.decay : t.todo[next]}</strong> : <span className="soft">{t.todo.none}</span>;
}

// The service answers for one cell, and a site has a handful.
function useCells(cells: readonly Equipment[]): ReadonlyMap<string, HotCell> {
  const answers = useQueries({
    queries: cells.map((cell) => ({
      queryKey: [EquipmentService.typeName, 'GetHotCell', cell.equipmentId],
      queryFn: () => call(EquipmentService.method.getHotCell, create(GetHotCellRequestSchema, { hotCellId: cell.equipmentId })),
      refetchInterval: 15_000,
      structuralSharing: false as const,
    })),
  });
  return new Map(answers.flatMap((answer, i) => (answer.data?.hotCell ? [[cells[i]!.equipmentId, answer.data.hotCell] as const] : [])));
}
