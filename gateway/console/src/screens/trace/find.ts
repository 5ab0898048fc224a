// Finds what a number belongs to: an id of anything, or a number as it is printed on something.
import type { DescMessage, DescMethodUnary, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import { problemOf } from '../../api/refusals';
import { call } from '../../api/transport';
import { BatchRecordsService } from '../../generated/doseline/execution/v1/batch_records_pb';
import { DoseRecordsService } from '../../generated/doseline/execution/v1/records_pb';
import { LotsService } from '../../generated/doseline/inventory/v1/lots_pb';
import { LabelsService } from '../../generated/doseline/labeling/v1/labels_pb';
import { OrdersService } from '../../generated/doseline/orders/v1/orders_pb';
import { PackagesService } from '../../generated/doseline/shipping/v1/packages_pb';
import { WasteService } from '../../generated/doseline/waste/v1/waste_pb';
import type { ThingKind } from './story';

/** What a number belongs to. */
export interface Found {
  readonly kind: ThingKind;
  readonly id: string;
}

/** An answer, or null where there is none; a broken connection is not an answer. */
export async function attempt<I extends DescMessage, O extends DescMessage>(method: DescMethodUnary<I, O>, input: MessageInitShape<I>): Promise<MessageShape<O> | null> {
  try {
    return await call(method, input);
  } catch (fault) {
    if (problemOf(fault).uncertain) throw fault;
    return null;
  }
}

// An identifier as services/Kernel/Ids/Id.cs makes them. Nothing else is sent to be looked for: numbers on things are compared here, in what was listed.
const isId = (code: string): boolean => /^[0-9a-hjkmnp-tv-z]{26}[0-9a-hjkmnp-z*~$=]$/.test(code);

/** Looks for a number everywhere; null when nothing has it. */
export async function find(code: string, siteIds: readonly string[]): Promise<Found | null> {
  const byId = !isId(code) ? [] : await Promise.all([
    attempt(OrdersService.method.getOrder, { orderId: code }).then((answer) => answer?.order && { kind: 'order' as const, id: code }),
    attempt(DoseRecordsService.method.getDoseRecord, { doseId: code }).then((answer) => answer?.record && { kind: 'dose' as const, id: code }),
    attempt(BatchRecordsService.method.getBatch, { batchId: code }).then((answer) => answer?.batch && { kind: 'batch' as const, id: code }),
    attempt(LotsService.method.getLot, { lotId: code }).then((answer) => answer?.lot && { kind: 'lot' as const, id: code }),
    attempt(PackagesService.method.getPackage, { packageId: code }).then((answer) => answer?.package && { kind: 'package' as const, id: code }),
    attempt(LabelsService.method.getLabel, { printId: code }).then((answer) => answer?.label && { kind: 'label' as const, id: code }),
    attempt(WasteService.method.getContainer, { containerId: code }).then((answer) => answer?.container && { kind: 'container' as const, id: code }),
  ]);
  const found = byId.find((each) => each);
  if (found) return found;
  return (await Promise.all(siteIds.map((siteId) => printed(code, siteId)))).find((each) => each) ?? null;
}

// Numbers on things: batch number, package number, seal, tracking, serial inside a code, supplier's batch, customer's reference, label of a container.
async function printed(code: string, siteId: string): Promise<Found | null> {
  const pageSize = 500;
  const [batches, packages, labels, lots, items, containers, orders] = await Promise.all([
    attempt(BatchRecordsService.method.listBatches, { siteId, pageSize }), attempt(PackagesService.method.listPackages, { siteId, pageSize }), attempt(LabelsService.method.listLabels, { siteId, pageSize }),
    attempt(LotsService.method.listLots, { siteId, pageSize }), attempt(WasteService.method.listItems, { siteId, pageSize }), attempt(WasteService.method.listContainers, { siteId, pageSize }), attempt(OrdersService.method.listOrders, { siteId, pageSize }),
  ]);
  const batch = batches?.batches.find((each) => each.batchNumber === code);
  if (batch) return { kind: 'batch', id: batch.batchId };
  const pack = packages?.packages.find((each) => each.packageNumber === code || each.sealId === code || each.shipments.some((shipment) => shipment.trackingReference === code));
  if (pack) return { kind: 'package', id: pack.packageId };
  const label = labels?.labels.find((each) => code === each.serial || (code.length > each.serial.length && code.includes(each.serial)));
  if (label) return { kind: 'label', id: label.printId };
  const lot = lots?.lots.find((each) => each.supplierBatch === code);
  if (lot) return { kind: 'lot', id: lot.lotId };
  if (items?.items.some((each) => each.wasteId === code)) return { kind: 'waste', id: code };
  const container = containers?.containers.find((each) => each.label === code);
  if (container) return { kind: 'container', id: container.containerId };
  const order = orders?.orders.find((each) => each.externalReference === code || each.patientToken === code || each.doseId === code);
  return order ? { kind: 'order', id: order.orderId } : null;
}
