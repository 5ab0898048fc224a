// Gathers the story around what was found: backwards to the lots, forwards to the patient and the waste.
import { BatchRecordsService, BatchExceptionState, MovementKind, type BatchRecord } from '../../generated/doseline/execution/v1/batch_records_pb';
import { LotsService } from '../../generated/doseline/inventory/v1/lots_pb';
import { PossessionCategory, PossessionService } from '../../generated/doseline/inventory/v1/possession_pb';
import { DoseRecordsService } from '../../generated/doseline/execution/v1/records_pb';
import { LabelsService } from '../../generated/doseline/labeling/v1/labels_pb';
import { OrdersService } from '../../generated/doseline/orders/v1/orders_pb';
import { DeviationsService } from '../../generated/doseline/quality/v1/deviations_pb';
import { DispositionService } from '../../generated/doseline/quality/v1/disposition_pb';
import { PackagesService } from '../../generated/doseline/shipping/v1/packages_pb';
import { WasteService } from '../../generated/doseline/waste/v1/waste_pb';
import { boardTexts } from '../../text/board';
import { labelTexts } from '../../text/labels';
import { shippingTexts } from '../../text/shipping';
import { traceTexts as t } from '../../text/trace';
import { wasteTexts } from '../../text/waste';
import { attempt, type Found } from './find';
import { Story } from './story';

interface Scope {
  readonly batches: Set<string>;
  /** Doses that are told of; null for every dose of the batches. */
  doses: Set<string> | null;
}

const h = t.happened;
const pageSize = 500;

/** The whole story of what was found. */
export async function gather(found: Found): Promise<Story> {
  const story = new Story();
  const scope: Scope = { batches: new Set(), doses: null };
  await begin(found, scope, story);
  for (const doseId of scope.doses ?? []) {
    const record = (await attempt(DoseRecordsService.method.getDoseRecord, { doseId }))?.record;
    if (record?.batchId) scope.batches.add(record.batchId);
  }
  await Promise.all([...scope.batches].map((batchId) => ofBatch(batchId, scope, story)));
  await Promise.all(story.of('dose').map((dose) => ofDose(dose.id, story)));
  return story;
}

async function begin(found: Found, scope: Scope, story: Story): Promise<void> {
  const { id } = found;
  switch (found.kind) {
    case 'batch': scope.batches.add(id); break;
    case 'dose': scope.doses = new Set([id]); break;
    case 'order': {
      const order = (await attempt(OrdersService.method.getOrder, { orderId: id }))?.order;
      scope.doses = new Set([order?.doseId ?? '']);
      // An order whose dose was not made yet has a story too.
      if (order) { story.add({ kind: 'order', id, title: order.customerCode, about: order.windowStart?.text ?? '', screen: `/orders/${id}` }); story.tell(order.acceptTime, h.ordered, id); }
      break;
    }
    case 'label': scope.doses = new Set([(await attempt(LabelsService.method.getLabel, { printId: id }))?.label?.doseId ?? '']); break;
    case 'package': scope.doses = new Set((await attempt(PackagesService.method.getPackage, { packageId: id }))?.package?.doses.map((dose) => dose.doseId)); break;
    case 'lot': await ofLot(id, scope, story); break;
    case 'container': {
      const container = (await attempt(WasteService.method.getContainer, { containerId: id }))?.container;
      if (!container) break;
      const items = (await attempt(WasteService.method.listItems, { siteId: container.siteId, pageSize }))?.items ?? [];
      for (const item of items.filter((each) => each.containerId === id && each.batchId)) scope.batches.add(item.batchId);
      break;
    }
    case 'waste': {
      const sites = (await attempt(BatchRecordsService.method.listBatches, { pageSize }))?.batches.map((batch) => batch.siteId) ?? [];
      for (const siteId of new Set(sites)) {
        const item = (await attempt(WasteService.method.listItems, { siteId, pageSize }))?.items.find((each) => each.wasteId === id);
        if (item?.batchId) scope.batches.add(item.batchId);
      }
      break;
    }
  }
}

// The ledger says which batches a lot went to.
async function ofLot(lotId: string, scope: Scope, story: Story): Promise<void> {
  const lot = await tellLot(lotId, story);
  if (!lot) return;
  const entries = (await attempt(PossessionService.method.listLedger, { siteId: lot.siteId, holdingId: lotId, pageSize }))?.entries ?? [];
  await Promise.all([...new Set(entries.map((entry) => entry.transactionId))].map(async (transactionId) => {
    const sides = (await attempt(PossessionService.method.listLedger, { siteId: lot.siteId, transactionId, pageSize }))?.entries ?? [];
    for (const side of sides) if (side.category === PossessionCategory.WIP) scope.batches.add(side.holdingId);
  }));
}

async function tellLot(lotId: string, story: Story) {
  const lot = (await attempt(LotsService.method.getLot, { lotId }))?.lot;
  if (!lot) return null;
  story.add({ kind: 'lot', id: lotId, title: lot.supplierBatch, about: `${lot.materialCode} · ${lot.supplierCode}`, screen: '/possession' });
  story.tell(lot.receiveTime, h.received, lotId, '', `${lot.materialCode}, ${lot.supplierCode}`);
  return lot;
}

async function ofBatch(batchId: string, scope: Scope, story: Story): Promise<void> {
  const record = (await attempt(BatchRecordsService.method.getBatchRecord, { batchId }))?.record;
  if (!record?.batch) return;
  const { batch } = record;
  story.add({ kind: 'batch', id: batchId, title: batch.batchNumber, about: batch.productName, screen: `/batches/${batchId}` });
  tellSteps(record, story);
  for (const dose of record.doses) {
    const doseId = dose.record?.doseId ?? '';
    if (scope.doses !== null && !scope.doses.has(doseId)) continue;
    story.add({ kind: 'dose', id: doseId, title: dose.record?.productCode ?? '', about: doseId.slice(0, 10), screen: '', of: batchId });
    story.tell(dose.record?.dispenseTime, h.dispensed, doseId, dose.record?.dispensedBy);
  }
  const [dispositions, labels, packages, waste, deviations] = await Promise.all([
    attempt(DispositionService.method.listDispositions, { batchId, siteId: batch.siteId, pageSize }), attempt(LabelsService.method.listLabels, { batchId, pageSize }), attempt(PackagesService.method.listPackages, { siteId: batch.siteId, pageSize }),
    attempt(WasteService.method.listItems, { siteId: batch.siteId, batchId, pageSize }), attempt(DeviationsService.method.listDeviations, { batchId, pageSize }),
    ...record.movements.filter((each) => each.kind === MovementKind.ISSUED).map((each) => tellLot(each.referenceId, story)),
  ]);
  const told = (doseId: string) => story.things.has(doseId);
  for (const each of dispositions?.dispositions ?? []) if (told(each.doseId)) story.tell(each.signature?.signTime ?? each.changeTime, h.decided(t.dispositions[each.state] ?? ''), each.doseId, each.signature?.signerName, each.lostCause.toLowerCase().replaceAll('_', ' '), each.signature !== undefined);
  for (const each of deviations?.deviations ?? []) {
    if (each.doseId && !told(each.doseId)) continue;
    story.tell(each.openTime, h.deviation(each.summary), each.doseId || batchId, each.openedBy);
    story.tell(each.closure?.signTime, h.deviationClosed, each.doseId || batchId, each.closure?.signerName, each.rootCause, true);
  }
  for (const label of labels?.labels ?? []) {
    if (!told(label.doseId)) continue;
    story.add({ kind: 'label', id: label.printId, title: label.serial, about: labelTexts.copy(label.copyNumber), screen: `/labels/${label.printId}`, of: label.doseId });
    story.tell(label.requestTime, h.labelled(label.copyNumber), label.printId, label.printedBy);
    story.tell(label.verifyTime, h.labelVerified, label.printId);
  }
  for (const pack of packages?.packages ?? []) {
    if (!pack.doses.some((dose) => told(dose.doseId))) continue;
    const id = pack.packageId;
    story.add({ kind: 'package', id, title: pack.packageNumber, about: shippingTexts.states[pack.state] ?? '', screen: `/shipping/${id}` });
    story.tell(pack.survey?.surveyTime, h.packed, id, pack.survey?.surveyorName, pack.classification ? `${pack.classification.unNumber} ${shippingTexts.categories[pack.classification.category] ?? ''}` : '');
    for (const shipment of pack.shipments) {
      story.tell(shipment.shipTime, h.shipped, id, shipment.carrier, shipment.trackingReference);
      story.tell(shipment.voidTime, h.voided, id, shipment.carrier, shipment.voidReason);
    }
    story.tell(pack.delivery?.deliveryTime, h.delivered, id, pack.delivery?.recipient, pack.delivery?.condition);
  }
  for (const item of waste?.items ?? []) {
    // Of one dose only its own waste is told; what the batch left belongs to all of them.
    if (scope.doses !== null && !told(item.fromId)) continue;
    story.add({ kind: 'waste', id: item.wasteId, title: wasteTexts.causes(item.cause), about: item.containerId ? '' : item.roomId, screen: item.containerId ? `/waste/${item.containerId}` : '/waste', of: item.fromId });
    story.tell(item.ariseTime, h.wasteArose, item.wasteId, '', wasteTexts.causes(item.cause));
  }
}

function tellSteps(record: BatchRecord, story: Story): void {
  const batch = record.batch!;
  const id = batch.batchId;
  const kinds: Partial<Record<MovementKind, string>> = { [MovementKind.ISSUED]: h.issued, [MovementKind.SAMPLE]: h.sample, [MovementKind.RESIDUE]: h.residue, [MovementKind.LOSS]: h.loss, [MovementKind.REMAINDER]: h.remainder };
  story.tell(batch.startTime, h.started, id);
  story.tell(batch.endOfSynthesisTime, h.endOfSynthesis, id);
  story.tell(batch.finishTime, h.finished, id);
  for (const step of record.steps) {
    story.tell(step.completeTime, h.step(step.title), id, step.performedBy, step.comment);
    story.tell(step.verifyTime, h.verified(step.title), id, step.verifiedBy);
  }
  for (const each of record.movements) {
    const what = kinds[each.kind];
    if (what) story.tell(each.entryTime, what, id, each.doneBy, [each.materialCode, each.note].filter(Boolean).join(', '));
  }
  for (const each of record.exceptions) {
    story.tell(each.raiseTime, h.exception(each.summary), each.doseId || id, each.raisedBy);
    if (each.state === BatchExceptionState.RESOLVED) story.tell(each.resolveTime, h.resolved, each.doseId || id, each.resolvedBy, each.resolution, true);
  }
}

// The order of a dose: for whom it is, and how it went on.
async function ofDose(doseId: string, story: Story): Promise<void> {
  const record = (await attempt(DoseRecordsService.method.getDoseRecord, { doseId }))?.record;
  const order = record?.orderId ? (await attempt(OrdersService.method.getOrder, { orderId: record.orderId }))?.order : undefined;
  if (!order) return;
  story.add({ kind: 'order', id: order.orderId, title: [order.customerCode, order.patientToken].filter(Boolean).join(' · '), about: `${boardTexts.stateNames[order.state] ?? ''} · ${order.windowStart?.text ?? ''}`, screen: `/orders/${order.orderId}`, of: doseId });
  if (!story.happenings.some((each) => each.thing === order.orderId)) story.tell(order.acceptTime, h.ordered, order.orderId);
}
