// What is still to be done to a hot cell before it takes the next batch. Whether it may is decided by the service; this says where one stands.
import { EquipmentState, HotCellPhase, type HotCell } from '../../generated/doseline/execution/v1/equipment_pb';
import { CellItemKind } from '../../generated/doseline/execution/v1/hot_cells_pb';
import { millis } from '../../physics/time';

/** A step of turning a cell around. */
export type Turn = 'out' | 'survey' | 'clean';

/** Things in the cell that can be carried out: not what nobody has found, and not a spill, which is wiped up. */
export const portable = (cell: HotCell) => cell.items.filter((each) => each.kind !== CellItemKind.SPILL && each.kind !== CellItemKind.UNEXPLAINED);

/** True while a cleaning holds. */
export function isClean(cell: HotCell, now: number): boolean {
  const until = millis(cell.equipment?.cleaning?.expireTime);
  return cell.equipment?.state === EquipmentState.CLEAN && (until === null || until > now);
}

/** Steps that are open, in their order; none while a batch is in the cell. */
export function openSteps(cell: HotCell, now: number): Turn[] {
  if (cell.phase === HotCellPhase.OCCUPIED) return [];
  const steps: Turn[] = [];
  if (portable(cell).length > 0) steps.push('out');
  if (!cell.clear) steps.push('survey');
  if (!isClean(cell, now)) steps.push('clean');
  return steps;
}
