import { useState } from 'react';
import { useAction } from '../../api/action';
import { isStale } from '../../api/refusals';
import { CancelCause, OrdersService, type Order } from '../../generated/doseline/orders/v1/orders_pb';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { LongField, SelectField } from '../../ui/Fields';
import { Note } from '../../ui/Panel';
import { Refusals } from '../../ui/Refusals';
import { useToast } from '../../ui/Toasts';
import { texts } from '../../text/en';
import { orderTexts as t } from '../../text/orders';

/** Asks why an order is cancelled. */
export function CancelDialog({ order, refresh, close }: { order: Order; refresh(): void; close(): void }) {
  const [cause, setCause] = useState('');
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const cancel = useAction(OrdersService.method.cancelOrder);
  const say = useToast();
  const submit = async () => {
    setTried(true);
    if (!cause) return;
    if (await cancel.run({ orderId: order.orderId, version: order.version, cause: Number(cause) as CancelCause, reason })) {
      say(t.cancelled);
      close();
    } else {
      refresh();
    }
  };
  return (
    <Dialog title={t.cancelTitle} onClose={close} onSubmit={() => void submit()} foot={<>
      <button type="button" className="button" onClick={close}>{texts.cancel}</button>
      <Button type="submit" kind="danger" for={OrdersService.method.cancelOrder} busy={cancel.busy}>{t.doCancel}</Button>
    </>}>
      <SelectField label={t.cause} value={cause} onChange={setCause} empty="" wrong={tried && !cause ? t.missingCause : undefined} options={[1, 2, 3, 4, 5].map((each) => [String(each), t.causes[each]!] as const)} />
      <LongField label={texts.reason} hint={texts.reasonHint} value={reason} onChange={setReason} />
      {isStale(cancel.problem) && <Note tone="warn">{t.changedMeanwhile}</Note>}
      <Refusals problem={cancel.problem} />
    </Dialog>
  );
}
