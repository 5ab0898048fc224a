// What the board shows of an order, and the order of orders.
import { OrderState, MilestoneKind, type Order } from '../../generated/doseline/orders/v1/orders_pb';
import { millis } from '../../physics/time';
import { isOver, isPastCutoff, milestoneMs } from './milestones';

/** An order with what other services say of its dose. */
export interface BoardRow {
  readonly order: Order;
  /** True when its dose or its batch is on hold. */
  readonly held: boolean;
}

export type Filter = 'open' | 'risk' | 'hold' | 'today' | 'all';

const isAtRisk = (order: Order) => !isOver(order) && (order.atRisk || order.promiseBroken);

/** Colour of a row: what asks for attention first. */
export function toneOf({ order, held }: BoardRow): 'stop' | 'warn' | 'ok' | 'live' | '' {
  if (order.state === OrderState.LOST || order.promiseBroken) return 'stop';
  if (held || isAtRisk(order)) return 'warn';
  if (order.state === OrderState.DELIVERED || order.state === OrderState.INVOICED) return 'ok';
  return order.state === OrderState.ACCEPTED || order.state === OrderState.CANCELLED ? '' : 'live';
}

/** Rows that a filter and a text leave, earliest appointment first. */
export function choose(orders: Iterable<Order>, heldDoses: ReadonlySet<string>, heldBatches: ReadonlySet<string>, filter: Filter, text: string, now: number): BoardRow[] {
  const wanted = text.trim().toLowerCase();
  const rows: BoardRow[] = [];
  for (const order of orders) {
    const held = !isOver(order) && (heldDoses.has(order.doseId) || heldBatches.has(order.batchId));
    if (filter === 'open' && isOver(order)) continue;
    if (filter === 'risk' && !isAtRisk(order)) continue;
    if (filter === 'hold' && !held) continue;
    if (filter === 'today' && !isCutoffWithin(order, now, 86_400_000)) continue;
    if (wanted && !`${order.productCode} ${order.customerCode} ${order.externalReference} ${order.orderId} ${order.doseId}`.toLowerCase().includes(wanted)) continue;
    rows.push({ order, held });
  }
  const start = (row: BoardRow) => millis(row.order.windowStart?.time) ?? 0;
  return rows.sort((a, b) => start(a) - start(b) || (a.order.orderId < b.order.orderId ? -1 : 1));
}

function isCutoffWithin(order: Order, now: number, span: number): boolean {
  const ship = milestoneMs(order, MilestoneKind.SHIP);
  return !isPastCutoff(order) && ship !== null && ship - now < span;
}

/** Figures at the top of the board. */
export function figures(rows: readonly BoardRow[], now: number): { open: number; risk: number; held: number; nextCutoff: number | null } {
  let [open, risk, held] = [0, 0, 0];
  let nextCutoff: number | null = null;
  for (const row of rows) {
    if (isOver(row.order)) continue;
    open++;
    if (isAtRisk(row.order)) risk++;
    if (row.held) held++;
    const ship = milestoneMs(row.order, MilestoneKind.SHIP);
    if (!isPastCutoff(row.order) && ship !== null && ship >= now && (nextCutoff === null || ship < nextCutoff)) nextCutoff = ship;
  }
  return { open, risk, held, nextCutoff };
}

/** The span of time that the rows need on the time line: from the earliest synthesis to the latest appointment, at most four days. */
export function spanOf(rows: readonly BoardRow[], now: number): { from: number; until: number } {
  let [from, until] = [Infinity, -Infinity];
  for (const { order } of rows) {
    from = Math.min(from, milestoneMs(order, MilestoneKind.END_OF_SYNTHESIS) ?? Infinity);
    until = Math.max(until, millis(order.windowEnd?.time) ?? -Infinity);
  }
  const hour = 3_600_000;
  if (!Number.isFinite(from) || !Number.isFinite(until)) return { from: now - 6 * hour, until: now + 42 * hour };
  const start = Math.min(from, Math.max(now, from)) - 2 * hour;
  return { from: start, until: Math.min(until + 2 * hour, start + 96 * hour) };
}
