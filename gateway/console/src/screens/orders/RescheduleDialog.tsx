import { useState } from 'react';
import { useAction } from '../../api/action';
import { isStale } from '../../api/refusals';
import { OrdersService, type Order } from '../../generated/doseline/orders/v1/orders_pb';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { LocalTimeField, LongField } from '../../ui/Fields';
import { Note } from '../../ui/Panel';
import { Refusals } from '../../ui/Refusals';
import { useToast } from '../../ui/Toasts';
import { fieldText, localText, localTime, millis } from '../../physics/time';
import { texts } from '../../text/en';
import { orderTexts as t } from '../../text/orders';

/** Asks for another appointment. */
export function RescheduleDialog({ order, refresh, close }: { order: Order; refresh(): void; close(): void }) {
  const zone = order.windowStart?.zone ?? 'UTC';
  const [start, setStart] = useState(fieldText(millis(order.windowStart?.time) ?? 0, zone));
  const [end, setEnd] = useState(fieldText(millis(order.windowEnd?.time) ?? 0, zone));
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const reschedule = useAction(OrdersService.method.rescheduleOrder);
  const say = useToast();
  const submit = async () => {
    setTried(true);
    if (!reason.trim()) return;
    if (await reschedule.run({ orderId: order.orderId, version: order.version, windowStart: localTime(start, zone), windowEnd: localTime(end, zone), reason })) {
      say(t.rescheduled);
      close();
    } else {
      refresh();
    }
  };
  const nearest = reschedule.problem?.reasons.map((each) => each.numbers).find((each) => each.nearest_window_start_time && each.nearest_window_end_time);
  return (
    <Dialog title={t.rescheduleTitle} onClose={close} onSubmit={() => void submit()} foot={<>
      <button type="button" className="button" onClick={close}>{texts.cancel}</button>
      <Button type="submit" kind="primary" for={OrdersService.method.rescheduleOrder} busy={reschedule.busy}>{t.reschedule}</Button>
    </>}>
      <LocalTimeField label={t.windowStart} hint={t.windowHint} zone={zone} value={start} onChange={setStart} />
      <LocalTimeField label={t.windowEnd} zone={zone} value={end} onChange={setEnd} />
      <LongField label={texts.reason} hint={texts.reasonHint} value={reason} onChange={setReason} wrong={tried && !reason.trim() ? t.missingReason : undefined} />
      {isStale(reschedule.problem) && <Note tone="warn">{t.changedMeanwhile}</Note>}
      <Refusals problem={reschedule.problem} actions={nearest && (
        <button type="button" className="button" onClick={() => { setStart(localText(Date.parse(nearest.nearest_window_start_time!), zone)); setEnd(localText(Date.parse(nearest.nearest_window_end_time!), zone)); }}>
          {t.takeWindow(localText(Date.parse(nearest.nearest_window_start_time!), zone).replace('T', ' '))}
        </button>
      )} />
    </Dialog>
  );
}
