import { create } from '@bufbuild/protobuf';
import { useMemo } from 'react';
import { useLocation } from 'wouter';
import { useQueries } from '@tanstack/react-query';
import { call } from '../../api/transport';
import { useList } from '../../api/query';
import { now, useNow } from '../../app/clock';
import { useSession } from '../../app/session';
import type { Batch } from '../../generated/doseline/execution/v1/batch_records_pb';
import { EquipmentService, GetHotCellRequestSchema, HotCellPhase, type Equipment, type HotCell } from '../../generated/doseline/execution/v1/equipment_pb';
import { EquipmentClass } from '../../generated/doseline/execution/v1/recipes_pb';
import { RunState, SchedulerService, type Run } from '../../generated/doseline/execution/v1/scheduler_pb';
import { Axis, NowLine } from '../../ui/Axis';
import { Empty, Panel } from '../../ui/Panel';
import { timeScale } from '../../ui/timescale';
import { useWidth } from '../../ui/useWidth';
import { millis, momentText, timestamp } from '../../physics/time';
import { boardTexts as t } from '../../text/board';

const hour = 3_600_000;
const lane = 36;
const head = 22;

/** Hot cells as lanes on a time line: what is planned, what runs, when a cell is clear again. */
export function HotCells({ batches }: { batches: ReadonlyMap<string, Batch> }) {
  const { site, zone } = useSession();
  const now = useNow(15);
  const [, go] = useLocation();
  const [ref, width] = useWidth<HTMLDivElement>();
  const siteId = site?.siteId ?? '';
  const window = Math.floor(now / hour) * hour;
  const cells = useList(EquipmentService.method.listEquipment, { siteId, equipmentClass: EquipmentClass.HOT_CELL, pageSize: 100 }, (page) => page.equipment, { everySeconds: 30 });
  const runs = useList(SchedulerService.method.listRuns, { siteId, fromTime: timestamp(window - 12 * hour), untilTime: timestamp(window + 48 * hour), pageSize: 500 }, (page) => page.runs, { everySeconds: 15 });
  const states = useCells(cells.data ?? []);
  const scale = timeScale(now - 6 * hour, now + 18 * hour, Math.max(0, width - 150));
  const lanes = cells.data ?? [];
  const byRun = useMemo(() => new Map([...batches.values()].map((batch) => [batch.runId, batch])), [batches]);
  return (
    <Panel title={t.cells} aside={<span className="small soft">{t.cellsHint}</span>} flush>
      <div ref={ref} className="cells">
        {lanes.length === 0 && <Empty>{t.noCells}</Empty>}
        {lanes.length > 0 && (
          <svg className="drawing" height={head + lanes.length * lane} width={width} role="img" aria-label={t.cells}>
            <g transform="translate(150 0)"><Axis scale={scale} zone={zone} height={head + lanes.length * lane} /></g>
            {lanes.map((cell, i) => (
              <g key={cell.equipmentId} transform={`translate(0 ${head + i * lane})`}>
                <line className="lane" x1="0" x2={width} y1="0" y2="0" />
                <text className="lane-name" x="12" y="15">{cell.code}</text>
                <text x="12" y="29">{phaseText(states.get(cell.equipmentId), zone)}</text>
                <g transform="translate(150 0)">
                  {(runs.data ?? []).filter((run) => run.hotCellId === cell.equipmentId && run.state !== RunState.CANCELLED).map((run) => (
                    <RunBar key={run.runId} run={run} batch={byRun.get(run.runId)} x={scale.x} zone={zone} open={(batch) => go(`/batches/${batch.batchId}`)} />
                  ))}
                </g>
              </g>
            ))}
            <g transform="translate(150 0)"><NowLine scale={scale} now={now} height={head + lanes.length * lane} from={14} /></g>
          </svg>
        )}
      </div>
    </Panel>
  );
}

function RunBar({ run, batch, x, zone, open }: { run: Run; batch: Batch | undefined; x: (ms: number) => number; zone: string; open(batch: Batch): void }) {
  const [start, eos, release] = [millis(batch?.startTime ?? run.startTime)!, millis(batch?.endOfSynthesisTime ?? run.endOfSynthesisTime)!, millis(run.releaseTime)!];
  const end = Math.max(eos, release);
  const title = `${t.run(run.productCode, run.dosesReserved, run.doseCapacity, momentText(start, zone, now()), momentText(eos, zone, now()))}${batch ? `. ${t.batch(batch.batchNumber, batch.productName)}` : ''}`;
  const kind = batch ? (batch.onHold ? 'held' : 'running') : 'planned';
  return (
    <g className={`run ${kind}`} onClick={batch && (() => open(batch))}>
      <title>{title}</title>
      <rect x={x(start)} y="6" width={Math.max(2, x(eos) - x(start))} height={lane - 14} rx="3" />
      <rect className="after" x={x(eos)} y="13" width={Math.max(0, x(end) - x(eos))} height={lane - 28} rx="3" />
      <text x={x(end) + 8} y="22">{run.productCode} {run.dosesReserved}/{run.doseCapacity}{batch?.onHold ? ` ${t.hold}` : ''}</text>
    </g>
  );
}

function phaseText(cell: HotCell | undefined, zone: string): string {
  if (!cell) return '';
  if (cell.phase === HotCellPhase.FREE) return t.laneFree;
  if (cell.phase === HotCellPhase.OCCUPIED) return t.laneBatch;
  const clear = millis(cell.clearTime);
  return clear !== null && !cell.clear ? t.clearAt(momentText(clear, zone, now())) : t.laneChange;
}

// A cell at a time: the service answers for one cell, and a site has a handful.
function useCells(cells: readonly Equipment[]): ReadonlyMap<string, HotCell> {
  const answers = useQueries({
    queries: cells.map((cell) => ({
      queryKey: [EquipmentService.typeName, 'GetHotCell', cell.equipmentId],
      queryFn: () => call(EquipmentService.method.getHotCell, create(GetHotCellRequestSchema, { hotCellId: cell.equipmentId })),
      refetchInterval: 30_000,
      structuralSharing: false as const,
    })),
  });
  return new Map(answers.flatMap((answer, i) => (answer.data?.hotCell ? [[cells[i]!.equipmentId, answer.data.hotCell] as const] : [])));
}
