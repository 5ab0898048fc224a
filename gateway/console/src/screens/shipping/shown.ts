// How packages are read on this screen.
import { PackageState, type Classification, type Package } from '../../generated/doseline/shipping/v1/packages_pb';
import { MilestoneKind, type Order } from '../../generated/doseline/orders/v1/orders_pb';
import type { Timestamp } from '@bufbuild/protobuf/wkt';
import type { Tone } from '../../ui/Panel';
import { millis } from '../../physics/time';
import { shippingTexts as t } from '../../text/shipping';
import { milestone } from '../board/milestones';

/** True until the carrier has it. */
export const isHere = (each: Package): boolean => [PackageState.OPEN, PackageState.SURVEYED, PackageState.PAPERED].includes(each.state);

/** The earliest cut-off among the orders of a package; undefined when none is known. */
export function cutoffOf(each: Package, orders: ReadonlyMap<string, Order>): Timestamp | undefined {
  const all = each.doses.flatMap((dose) => orders.get(dose.orderId) ?? []).flatMap((order) => milestone(order, MilestoneKind.SHIP) ?? []);
  return all.sort((a, b) => (millis(a) ?? 0) - (millis(b) ?? 0))[0];
}

/** Colour of a state. */
export function toneOf(state: PackageState): Tone {
  if (state === PackageState.DELIVERED) return 'ok';
  if (state === PackageState.SHIPPED) return 'live';
  return state === PackageState.OPEN ? 'warn' : 'plain';
}

/** "YELLOW-II, TI 1.2". */
export function categoryText(of: Classification | undefined): string {
  if (!of) return '';
  const label = t.categories[of.category] ?? '';
  return of.transportIndexTenths > 0 ? `${label}, TI ${(of.transportIndexTenths / 10).toFixed(1)}` : label;
}
