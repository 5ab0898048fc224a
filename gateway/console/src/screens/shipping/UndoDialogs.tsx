import { useState } from 'react';
import { useAction } from '../../api/action';
import { OrdersService } from '../../generated/doseline/orders/v1/orders_pb';
import { PackagesService, type Package } from '../../generated/doseline/shipping/v1/packages_pb';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { Check, LongField } from '../../ui/Fields';
import { Refusals } from '../../ui/Refusals';
import { useToast } from '../../ui/Toasts';
import { texts } from '../../text/en';
import { shippingTexts as t } from '../../text/shipping';

interface Props {
  pack: Package;
  refresh(): void;
  close(): void;
}

/** Undoes a hand-over that the carrier refused or returned. */
export function VoidDialog({ pack, refresh, close }: Props) {
  const [reason, setReason] = useState('');
  const [whole, setWhole] = useState(true);
  const action = useAction(PackagesService.method.voidShipment, OrdersService.typeName);
  const say = useToast();
  const submit = async () => {
    if (!(await action.run({ packageId: pack.packageId, version: pack.version, reason, sealIntact: whole }))) return refresh();
    say(t.undone);
    close();
  };
  return (
    <Dialog title={t.backTitle} onClose={close} onSubmit={() => void submit()} foot={<>
      <button type="button" className="button" onClick={close}>{texts.cancel}</button>
      <Button type="submit" kind="danger" for={PackagesService.method.voidShipment} busy={action.busy}>{t.back}</Button>
    </>}>
      <LongField label={t.backWhy} value={reason} onChange={setReason} />
      <Check label={t.sealWhole} value={whole} onChange={setWhole} />
      <Refusals problem={action.problem} />
    </Dialog>
  );
}

/** Takes a wrong proof of delivery back. */
export function WithdrawDialog({ pack, refresh, close }: Props) {
  const [reason, setReason] = useState('');
  const action = useAction(PackagesService.method.withdrawDelivery, OrdersService.typeName);
  const say = useToast();
  const submit = async () => {
    if (!(await action.run({ packageId: pack.packageId, version: pack.version, reason }))) return refresh();
    say(t.withdrawn);
    close();
  };
  return (
    <Dialog title={t.withdrawTitle} onClose={close} onSubmit={() => void submit()} foot={<>
      <button type="button" className="button" onClick={close}>{texts.cancel}</button>
      <Button type="submit" kind="danger" for={PackagesService.method.withdrawDelivery} busy={action.busy}>{t.withdraw}</Button>
    </>}>
      <p>{t.withdrawHint}</p>
      <LongField label={t.withdrawWhy} value={reason} onChange={setReason} />
      <Refusals problem={action.problem} />
    </Dialog>
  );
}

/** Unpacks a package for good. */
export function DissolveDialog({ pack, refresh, close }: Props) {
  const [reason, setReason] = useState('');
  const action = useAction(PackagesService.method.dissolvePackage, OrdersService.typeName);
  const say = useToast();
  const submit = async () => {
    if (!(await action.run({ packageId: pack.packageId, version: pack.version, reason }))) return refresh();
    say(t.dissolved);
    close();
  };
  return (
    <Dialog title={t.dissolveTitle} onClose={close} onSubmit={() => void submit()} foot={<>
      <button type="button" className="button" onClick={close}>{texts.cancel}</button>
      <Button type="submit" kind="danger" for={PackagesService.method.dissolvePackage} busy={action.busy}>{t.dissolve}</Button>
    </>}>
      <p>{t.dissolveHint}</p>
      <LongField label={texts.reason} hint={texts.reasonHint} value={reason} onChange={setReason} />
      <Refusals problem={action.problem} />
    </Dialog>
  );
}
