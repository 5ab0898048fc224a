// The points of an order's promise as instants.
import { MilestoneKind, OrderState, type Order } from '../../generated/doseline/orders/v1/orders_pb';
import type { Timestamp } from '@bufbuild/protobuf/wkt';
import { millis } from '../../physics/time';

/** The instant of a milestone; undefined when the promise has none. */
export const milestone = (order: Order, kind: MilestoneKind): Timestamp | undefined =>
  order.promise?.milestones.find((each) => each.kind === kind)?.at?.time;

/** The instant of a milestone in milliseconds; null when the promise has none. */
export const milestoneMs = (order: Order, kind: MilestoneKind): number | null => millis(milestone(order, kind));

const over: readonly OrderState[] = [OrderState.INVOICED, OrderState.CANCELLED, OrderState.LOST];
const shipped: readonly OrderState[] = [OrderState.SHIPPED, OrderState.DELIVERED, ...over];

/** True when nothing more can happen to the order. */
export const isOver = (order: Order): boolean => over.includes(order.state);

/** True when there is a dose that has an activity: not before it was dispensed, and not after all is over. */
export const isMade = (order: Order): boolean => [OrderState.DISPENSED, OrderState.RELEASED, OrderState.SHIPPED, OrderState.DELIVERED].includes(order.state);

/** True when the cut-off is no longer of interest. */
export const isPastCutoff = (order: Order): boolean => shipped.includes(order.state);
