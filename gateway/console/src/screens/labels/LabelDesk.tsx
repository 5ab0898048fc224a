import { useState } from 'react';
import { useLocation } from 'wouter';
import { useList } from '../../api/query';
import { useWatch } from '../../api/watch';
import { useScan } from '../../app/scan';
import { useSession } from '../../app/session';
import { LabelFate, LabelsService } from '../../generated/doseline/labeling/v1/labels_pb';
import { OrdersService, OrderState, type Order } from '../../generated/doseline/orders/v1/orders_pb';
import { LiveActivity, Time } from '../../ui/Figures';
import { Badge, Panel, Screen } from '../../ui/Panel';
import { ListTable } from '../../ui/Table';
import { Tabs } from '../../ui/Tabs';
import { useToast } from '../../ui/Toasts';
import { texts } from '../../text/en';
import { labelTexts as t } from '../../text/labels';
import { useDispositions } from '../review/dispositions';
import { LabelTable } from './LabelTable';
import { Reconciliation } from './Reconciliation';

type Part = 'todo' | 'all' | 'count';

/** What is to be labelled, every label there is, and the count. A scanned label opens. */
export function LabelDesk() {
  const { site } = useSession();
  const siteId = site?.siteId ?? '';
  const [, go] = useLocation();
  const [part, setPart] = useState<Part>('todo');
  const say = useToast();
  const labels = useList(LabelsService.method.listLabels, { siteId, pageSize: 500 }, (page) => page.labels, { everySeconds: 20 });
  const watched = useWatch(LabelsService.method.watchPrints, { siteId }, (message) => [message.label!.printId, message.label!]);
  const { held } = useDispositions(siteId);
  const orders = useList(OrdersService.method.listOrders, { siteId, states: [OrderState.DISPENSED, OrderState.RELEASED], pageSize: 500 }, (page) => page.orders, { everySeconds: 20 });

  // What the stream says is newer than what was listed.
  const known = new Map((labels.data ?? []).map((label) => [label.printId, label]));
  for (const [id, label] of watched.rows) if ((known.get(id)?.version ?? 0n) < label.version) known.set(id, label);
  const all = [...known.values()].reverse();
  const open = all.filter((label) => label.fate === LabelFate.UNSPECIFIED);
  const labelled = new Set(all.map((label) => label.doseId));
  const waiting = (orders.data ?? []).filter((order) => !labelled.has(order.doseId));

  useScan((code) => {
    const found = all.find((label) => code === label.printId || code.endsWith(label.serial));
    if (found) go(`/labels/${found.printId}`);
    else if (orders.data?.some((order) => order.doseId === code)) go(`/labels/doses/${code}`);
    else say(t.scanUnknown(code));
  });

  return (
    <Screen title={texts.screens.labels} lead={t.lead}>
      <Tabs<Part> label={texts.screens.labels} value={part} onChange={setPart} options={[['todo', `${t.tabs.todo} (${waiting.length + open.length})`], ['all', t.tabs.all], ['count', t.tabs.count]]}>
        {part === 'todo' && <>
          <Panel flush title={t.waiting}>
            <ListTable<Order>
              list={{ ...orders, data: waiting }} label={t.waiting} rowKey={(order) => order.doseId} empty={t.noWaiting} onOpen={(order) => go(`/labels/doses/${order.doseId}`)}
              columns={[
                { title: t.columns.appointment, cell: (order) => <Time at={order.windowStart} day="always" /> },
                { title: t.columns.product, cell: (order) => order.productCode },
                { title: t.columns.customer, cell: (order) => order.customerCode },
                { title: t.columns.activity, cell: (order) => <LiveActivity of={order.wanted} everySeconds={5} /> },
                { title: t.columns.state, cell: (order) => (held.has(order.doseId) ? <Badge tone="stop">{t.onHold}</Badge> : null) },
                { title: t.columns.dose, cell: (order) => <span className="id">{order.doseId.slice(0, 10)}…</span> },
              ]}
            />
          </Panel>
          <Panel flush title={t.open}><LabelTable labels={open} held={held} empty={t.noOpen} /></Panel>
        </>}
        {part === 'all' && <Panel flush><LabelTable labels={all} held={held} empty={t.noLabels} /></Panel>}
        {part === 'count' && <Reconciliation />}
      </Tabs>
    </Screen>
  );
}
