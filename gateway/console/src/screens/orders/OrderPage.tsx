import { useState } from 'react';
import { Link } from 'wouter';
import { useAction } from '../../api/action';
import { useRead } from '../../api/query';
import { OrdersService, OrderState, type Order } from '../../generated/doseline/orders/v1/orders_pb';
import { isOver } from '../board/milestones';
import { toneOf } from '../board/rows';
import { Button } from '../../ui/Button';
import { Activity, Id, LiveActivity, Time } from '../../ui/Figures';
import { Badge, Facts, Loading, Note, Panel, Screen } from '../../ui/Panel';
import { Refusals } from '../../ui/Refusals';
import { useToast } from '../../ui/Toasts';
import { millis } from '../../physics/time';
import { boardTexts } from '../../text/board';
import { texts } from '../../text/en';
import { orderTexts as t } from '../../text/orders';
import { CancelDialog } from './CancelDialog';
import { InvoicePanel } from './InvoicePanel';
import { PromiseView } from './PromiseView';
import { RescheduleDialog } from './RescheduleDialog';

/** One order: its promise, where its dose is, and what can still be done. */
export function OrderPage({ id }: { id: string }) {
  const read = useRead(OrdersService.method.getOrder, { orderId: id }, { everySeconds: 5 });
  const [asking, setAsking] = useState<'reschedule' | 'cancel' | null>(null);
  const invoice = useAction(OrdersService.method.issueInvoice);
  const say = useToast();
  const order = read.data?.order;
  if (read.loading) return <Loading />;
  if (!order) return <Screen title={texts.screens.orders}><Refusals problem={read.problem} /></Screen>;
  const early = order.state === OrderState.ACCEPTED;
  return (
    <Screen
      title={t.order(order.productCode, order.customerCode)}
      lead={<span className="row"><Badge tone={toneOf({ order, held: false }) || 'plain'}>{boardTexts.stateNames[order.state]}</Badge> <Time at={order.windowStart} day="always" /></span>}
      actions={<>
        <Button for={OrdersService.method.rescheduleOrder} why={early ? null : boardTexts.stateNames[order.state]!} onClick={() => setAsking('reschedule')}>{t.reschedule}</Button>
        <Button kind="danger" for={OrdersService.method.cancelOrder} why={isOver(order) ? boardTexts.stateNames[order.state]! : null} onClick={() => setAsking('cancel')}>{t.cancel}</Button>
        {order.state === OrderState.DELIVERED && (
          <Button kind="primary" for={OrdersService.method.issueInvoice} busy={invoice.busy} onClick={() => void invoice.run({ orderId: id }).then((done) => done && say(t.invoiced))}>{t.issueInvoice}</Button>
        )}
      </>}
    >
      {order.promiseBroken && <Note tone="stop" title={boardTexts.broken} />}
      {order.atRisk && <Note tone="warn" title={`${boardTexts.risk}${order.risk ? `: ${order.risk.toLowerCase()}` : ''}`} />}
      <Refusals problem={invoice.problem} />
      <div className="order-desk">
        <Panel title={t.follow}><Follow order={order} /></Panel>
        <Panel title={t.promise}>
          {order.promise && <PromiseView promise={order.promise} price={order.price} from={millis(order.windowStart?.time)} until={millis(order.windowEnd?.time)} zone={order.windowStart?.zone ?? 'UTC'} />}
        </Panel>
      </div>
      {order.invoiceId && <InvoicePanel orderId={id} />}
      {asking === 'reschedule' && <RescheduleDialog order={order} refresh={read.refresh} close={() => setAsking(null)} />}
      {asking === 'cancel' && <CancelDialog order={order} refresh={read.refresh} close={() => setAsking(null)} />}
    </Screen>
  );
}

function Follow({ order }: { order: Order }) {
  return (
    <Facts of={[
      [t.wanted, <Activity of={order.wanted} zone={order.windowStart?.zone} />],
      !isOver(order) && [boardTexts.columns.activity, <LiveActivity of={order.wanted} />],
      [t.windowStart, order.windowStart?.text], [t.windowEnd, order.windowEnd?.text],
      [t.acceptedAt, <Time at={order.acceptTime} day="always" />],
      [t.batch, order.batchId ? <Link href={`/batches/${order.batchId}`}>{t.batch}</Link> : ''],
      [t.releasedAt, order.releaseTime ? <Time at={order.releaseTime} day="always" /> : ''],
      [t.shippedAt, order.shipTime ? <Time at={order.shipTime} day="always" /> : ''],
      [t.deliveredAt, order.deliveryTime ? <Time at={order.deliveryTime} day="always" zone={order.windowStart?.zone} /> : ''],
      order.openDeviationIds.length > 0 && [t.deviations, String(order.openDeviationIds.length)],
      order.lossCause !== '' && [t.loss, order.lossCause.toLowerCase().replaceAll('_', ' ')],
      order.state === OrderState.CANCELLED && [t.cancelCause, t.causes[order.cancelCause]],
      [t.reference, order.externalReference], [t.patient, order.patientToken],
      [t.identity, <Id of={order.orderId} />], [t.dose, <Link href={`/trace/${order.doseId}`}><span className="id">{order.doseId.slice(0, 10)}…</span></Link>],
      [t.certificate, order.certificateId ? <Id of={order.certificateId} /> : ''], [t.package, order.packageId ? <Link href={`/shipping/${order.packageId}`}>{t.package}</Link> : ''],
      [t.version, String(order.version)],
    ]} />
  );
}
