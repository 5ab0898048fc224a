import { useState } from 'react';
import { useAction } from '../../api/action';
import { useTime } from '../../app/clock';
import { useScan } from '../../app/scan';
import { OrdersService } from '../../generated/doseline/orders/v1/orders_pb';
import { PackagesService, type Package } from '../../generated/doseline/shipping/v1/packages_pb';
import { Button } from '../../ui/Button';
import { Check, LocalTimeField, TextField } from '../../ui/Fields';
import { Refusals } from '../../ui/Refusals';
import { useToast } from '../../ui/Toasts';
import { timestamp } from '../../physics/time';
import { shippingTexts as t } from '../../text/shipping';

/** Records the proof of delivery, as it was read at the customer's door. */
export function Deliver({ pack, zone, refresh }: { pack: Package; zone: string; refresh(): void }) {
  const at = useTime(zone);
  const [recipient, setRecipient] = useState('');
  const [condition, setCondition] = useState(t.conditionDefault);
  const [sealId, setSeal] = useState('');
  const [whole, setWhole] = useState(true);
  const deliver = useAction(PackagesService.method.recordDelivery, OrdersService.typeName);
  const say = useToast();
  useScan((code) => setSeal(code));
  const submit = async () => {
    const ms = at.meant();
    const done = await deliver.run({ packageId: pack.packageId, version: pack.version, deliveryTime: ms === null ? undefined : timestamp(ms), recipient, condition, sealId, sealIntact: whole });
    if (done) say(t.delivered);
    else refresh();
  };
  return (
    <form className="stack" onSubmit={(event) => { event.preventDefault(); void submit(); }}>
      <div className="columns-3">
        <LocalTimeField label={t.deliveredAt} zone={zone} value={at.text} onChange={at.type} />
        <TextField label={t.recipient} value={recipient} onChange={setRecipient} />
        <TextField label={t.condition} value={condition} onChange={setCondition} />
        <TextField label={t.seal} hint={t.sealHint} value={sealId} onChange={setSeal} />
      </div>
      <Check label={t.sealWhole} value={whole} onChange={setWhole} />
      <Refusals problem={deliver.problem} />
      <div className="row"><Button type="submit" kind="primary" size="large" for={PackagesService.method.recordDelivery} busy={deliver.busy}>{t.deliver}</Button></div>
    </form>
  );
}
