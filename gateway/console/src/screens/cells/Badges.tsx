import { useNow } from '../../app/clock';
import { EquipmentState, HotCellPhase, type HotCell } from '../../generated/doseline/execution/v1/equipment_pb';
import { Badge } from '../../ui/Panel';
import { texts } from '../../text/en';
import { cellTexts as t } from '../../text/cells';
import { isClean } from './turn';

/** What the cell is doing. */
export function PhaseBadge({ cell }: { cell: HotCell | undefined }) {
  if (!cell) return <>{texts.none}</>;
  const { state } = cell.equipment ?? {};
  if (state === EquipmentState.MAINTENANCE || state === EquipmentState.OUT_OF_SERVICE) return <Badge tone="stop">{t.states[state]}</Badge>;
  return <Badge tone={cell.phase === HotCellPhase.FREE ? 'ok' : cell.phase === HotCellPhase.OCCUPIED ? 'live' : 'warn'}>{t.phases[cell.phase]}</Badge>;
}

/** Whether it is clear of what was in it. */
export const ClearBadge = ({ cell }: { cell: HotCell | undefined }) => (cell ? <Badge tone={cell.clear ? 'ok' : 'warn'}>{cell.clear ? t.clear : t.notClear}</Badge> : <>{texts.none}</>);

/** Whether its cleaning holds, and at which level. */
export function CleanBadge({ cell }: { cell: HotCell | undefined }) {
  const now = useNow(30);
  const cleaning = cell?.equipment?.cleaning;
  if (!cell) return <>{texts.none}</>;
  if (isClean(cell, now)) return <Badge tone="ok">{cleaning ? `${t.states[EquipmentState.CLEAN]}, ${t.level(cleaning.level)}` : t.states[EquipmentState.CLEAN]}</Badge>;
  return <Badge tone="warn">{cell.equipment?.state === EquipmentState.CLEAN ? t.lapsed : t.notClean}</Badge>;
}
