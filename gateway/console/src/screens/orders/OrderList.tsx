import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { useList } from '../../api/query';
import { useSession } from '../../app/session';
import { OrdersService, OrderState, type Order } from '../../generated/doseline/orders/v1/orders_pb';
import { toneOf } from '../board/rows';
import { Choices, SelectField } from '../../ui/Fields';
import { Activity, Time } from '../../ui/Figures';
import { Badge, Panel, Screen } from '../../ui/Panel';
import { ListTable } from '../../ui/Table';
import { texts } from '../../text/en';
import { boardTexts } from '../../text/board';
import { orderTexts as t } from '../../text/orders';

const states = [OrderState.ACCEPTED, OrderState.IN_PRODUCTION, OrderState.DISPENSED, OrderState.RELEASED, OrderState.SHIPPED, OrderState.DELIVERED, OrderState.INVOICED, OrderState.CANCELLED, OrderState.LOST];

/** Orders by appointment, page by page. */
export function OrderList() {
  const { site } = useSession();
  const [, go] = useLocation();
  const [state, setState] = useState('');
  const [risk, setRisk] = useState<'all' | 'risk'>('all');
  const orders = useList(OrdersService.method.listOrders, {
    siteId: site?.siteId ?? '', states: state ? [Number(state) as OrderState] : [], atRiskOnly: risk === 'risk', pageSize: 100,
  }, (page) => page.orders, { everySeconds: 15 });
  return (
    <Screen title={texts.screens.orders} lead={t.lead} actions={<Link href="/orders/new" className="button primary">{t.place}</Link>}>
      <Panel flush title={texts.screens.orders} aside={<>
        <Choices<'all' | 'risk'> label={t.filterRisk} hideLabel compact value={risk} onChange={setRisk} options={[['all', texts.all], ['risk', t.filterRisk]]} />
        <SelectField label={t.filter} value={state} onChange={setState} empty={texts.all} options={states.map((each) => [String(each), boardTexts.stateNames[each]!] as const)} />
      </>}>
        <ListTable<Order>
          list={orders} label={texts.screens.orders} rowKey={(order) => order.orderId} onOpen={(order) => go(`/orders/${order.orderId}`)}
          columns={[
            { title: t.columns.appointment, cell: (order) => <Time at={order.windowStart} day="always" /> },
            { title: t.columns.product, cell: (order) => order.productCode },
            { title: t.columns.customer, cell: (order) => order.customerCode },
            { title: t.columns.wanted, cell: (order) => <Activity of={order.wanted} plain /> },
            { title: t.columns.state, cell: (order) => <Badge tone={toneOf({ order, held: false }) || 'plain'}>{boardTexts.stateNames[order.state]}</Badge> },
            { title: t.columns.risk, cell: (order) => [order.atRisk && boardTexts.risk, order.promiseBroken && boardTexts.broken, order.lossCause.toLowerCase()].filter(Boolean).join(' · ') },
            { title: t.columns.reference, cell: (order) => order.externalReference },
          ]}
        />
      </Panel>
    </Screen>
  );
}
