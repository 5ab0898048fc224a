import { useState } from 'react';
import { useLocation } from 'wouter';
import { useList } from '../../api/query';
import { useWatch } from '../../api/watch';
import { useScan } from '../../app/scan';
import { useSession } from '../../app/session';
import { CustomersService } from '../../generated/doseline/orders/v1/customers_pb';
import { MilestoneKind, OrdersService, OrderState, type Order } from '../../generated/doseline/orders/v1/orders_pb';
import { PackagesService, PackageState, type DoseHint, type Package } from '../../generated/doseline/shipping/v1/packages_pb';
import { Button } from '../../ui/Button';
import { Choices } from '../../ui/Fields';
import { Countdown, LiveActivity, Time } from '../../ui/Figures';
import { Badge, Panel, Screen } from '../../ui/Panel';
import { ListTable } from '../../ui/Table';
import { millis } from '../../physics/time';
import { boardTexts } from '../../text/board';
import { texts } from '../../text/en';
import { shippingTexts as t } from '../../text/shipping';
import { milestone, milestoneMs } from '../board/milestones';
import { useDispositions } from '../review/dispositions';
import { PackDialog } from './PackDialog';
import { categoryText, cutoffOf, isHere, toneOf } from './shown';

type Filter = 'open' | 'shipped' | 'all';

/** Doses that wait for a package and packages by cut-off. A scanned package opens. */
export function PackageList() {
  const { site } = useSession();
  const siteId = site?.siteId ?? '';
  const [, go] = useLocation();
  const [filter, setFilter] = useState<Filter>('open');
  const [packing, setPacking] = useState<Order | null>(null);
  const packages = useList(PackagesService.method.listPackages, { siteId, pageSize: 500 }, (page) => page.packages, { everySeconds: 30 });
  const watched = useWatch(PackagesService.method.watchPackages, { siteId }, (message) => [message.package!.packageId, message]);
  const orders = useList(OrdersService.method.listOrders, { siteId, states: [OrderState.DISPENSED, OrderState.RELEASED, OrderState.SHIPPED], pageSize: 500 }, (page) => page.orders, { everySeconds: 15 });
  const customers = useList(CustomersService.method.listCustomers, { pageSize: 500 }, (page) => page.customers);

  const known = new Map((packages.data ?? []).map((each) => [each.packageId, each]));
  const hints = new Map<string, DoseHint>();
  for (const { package: each, hints: said } of watched.rows.values()) {
    if (each && (known.get(each.packageId)?.version ?? 0n) <= each.version) known.set(each.packageId, each);
    for (const hint of said) hints.set(hint.doseId, hint);
  }
  const { held } = useDispositions(siteId);
  const ordersById = new Map((orders.data ?? []).map((order) => [order.orderId, order]));
  const codes = new Map((customers.data ?? []).map((each) => [each.customerId, each.code]));
  const cutoff = (each: Package) => millis(cutoffOf(each, ordersById)) ?? Infinity;
  const shown = [...known.values()]
    .filter((each) => filter === 'all' || (filter === 'open' ? isHere(each) : each.state === PackageState.SHIPPED))
    .sort((a, b) => cutoff(a) - cutoff(b) || (a.packageNumber < b.packageNumber ? -1 : 1));
  const packed = new Set([...known.values()].filter((each) => each.state !== PackageState.DISSOLVED).flatMap((each) => each.doses.map((dose) => dose.doseId)));
  const waiting = (orders.data ?? []).filter((order) => order.state !== OrderState.SHIPPED && !packed.has(order.doseId))
    .sort((a, b) => (milestoneMs(a, MilestoneKind.SHIP) ?? Infinity) - (milestoneMs(b, MilestoneKind.SHIP) ?? Infinity));

  useScan((code) => {
    const found = [...known.values()].find((each) => each.packageId === code || each.packageNumber === code || each.sealId === code || each.doses.some((dose) => dose.doseId === code));
    if (!found) return false;
    go(`/shipping/${found.packageId}`);
    return true;
  });

  return (
    <Screen title={texts.screens.shipping} lead={t.lead}>
      <Panel flush title={`${t.toPack} (${waiting.length})`}>
        <ListTable<Order>
          list={{ ...orders, data: waiting }} label={t.toPack} rowKey={(order) => order.orderId} empty={t.noToPack}
          columns={[
            { title: t.columns.cutoff, cell: (order) => <Countdown to={milestone(order, MilestoneKind.SHIP)} /> },
            { title: t.columns.customer, cell: (order) => order.customerCode },
            { title: t.columns.product, cell: (order) => order.productCode },
            { title: t.columns.state, cell: (order) => held.has(order.doseId) ? <Badge tone="stop">{t.onHold}</Badge> : <Badge tone={order.state === OrderState.RELEASED ? 'ok' : 'warn'}>{boardTexts.stateNames[order.state]}</Badge> },
            { title: t.columns.activity, cell: (order) => <LiveActivity of={order.wanted} everySeconds={5} /> },
            { title: t.columns.appointment, cell: (order) => <Time at={order.windowStart} day="always" /> },
            { title: t.pack, cell: (order) => <Button size="small" for={PackagesService.method.createPackage} onClick={() => setPacking(order)}>{t.pack}</Button> },
          ]}
        />
      </Panel>
      <Panel flush title={t.packages} aside={<Choices<Filter> label={t.columns.state} hideLabel compact value={filter} onChange={setFilter} options={(['open', 'shipped', 'all'] as const).map((each) => [each, t.filters[each]] as const)} />}>
        <ListTable<Package>
          list={{ ...packages, data: shown }} label={t.packages} rowKey={(each) => each.packageId} empty={t.noPackages} onOpen={(each) => go(`/shipping/${each.packageId}`)}
          columns={[
            { title: t.columns.package, cell: (each) => each.packageNumber },
            { title: t.columns.cutoff, cell: (each) => <Countdown to={cutoffOf(each, ordersById)} done={!isHere(each)} /> },
            { title: t.columns.customer, cell: (each) => codes.get(each.customerId) ?? '' },
            { title: t.columns.state, cell: (each) => <span className="row"><Badge tone={toneOf(each.state)}>{t.states[each.state]}</Badge>{isHere(each) && each.doses.some((dose) => held.has(dose.doseId)) && <Badge tone="stop">{t.onHold}</Badge>}</span> },
            { title: t.columns.class, cell: (each) => categoryText(each.classification) },
            { title: t.columns.product, cell: (each) => [...new Set(each.doses.map((dose) => dose.productCode))].join(', ') },
            { title: t.columns.activity, cell: (each) => each.doses.map((dose) => <LiveActivity key={dose.doseId} of={dose.contents[0]} everySeconds={5} />) },
            { title: t.columns.hints, cell: (each) => <Hints doses={each} hints={hints} /> },
            { title: t.columns.carrier, cell: (each) => each.shipments.at(-1)?.carrier ?? '' },
          ]}
        />
      </Panel>
      {packing && <PackDialog order={packing} others={waiting.filter((each) => each.customerId === packing.customerId && each.promise?.siteId === packing.promise?.siteId)} close={() => setPacking(null)} />}
    </Screen>
  );
}

function Hints({ doses, hints }: { doses: Package; hints: ReadonlyMap<string, DoseHint> }) {
  if (!isHere(doses)) return null;
  return <>{doses.doses.map((dose) => {
    const hint = hints.get(dose.doseId);
    if (!hint) return null;
    return <span key={dose.doseId} className="small">{[hint.disposition && t.hints.heard(hint.disposition), hint.labelVerified ? t.hints.verified : t.hints.notVerified, hint.lost && t.hints.lost].filter(Boolean).join(' · ')}</span>;
  })}</>;
}
