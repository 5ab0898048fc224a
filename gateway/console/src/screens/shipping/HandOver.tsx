import { useState } from 'react';
import { useAction } from '../../api/action';
import { useList } from '../../api/query';
import { isStale } from '../../api/refusals';
import { useScan } from '../../app/scan';
import { CarriersService } from '../../generated/doseline/shipping/v1/carriers_pb';
import { PackagesService, PackageState, type Package } from '../../generated/doseline/shipping/v1/packages_pb';
import { OrdersService } from '../../generated/doseline/orders/v1/orders_pb';
import { Button } from '../../ui/Button';
import { SelectField, TextField } from '../../ui/Fields';
import { Note } from '../../ui/Panel';
import { Refusals } from '../../ui/Refusals';
import { useToast } from '../../ui/Toasts';
import { texts } from '../../text/en';
import { shippingTexts as t } from '../../text/shipping';

/** Hands the package to the carrier. Every gate is asked at this moment; every reason against it is shown at once. */
export function HandOver({ pack, promised, refresh }: { pack: Package; promised: string; refresh(): void }) {
  const carriers = useList(CarriersService.method.listCarrierServices, { siteId: pack.siteId, customerId: pack.customerId, pageSize: 200 }, (page) => page.services.filter((each) => each.active));
  const [carrierServiceId, setCarrier] = useState('');
  const [trackingReference, setTracking] = useState('');
  const [sealId, setSeal] = useState('');
  const ship = useAction(PackagesService.method.shipPackage, OrdersService.typeName);
  const say = useToast();
  // The seal is scanned first, then the carrier's label.
  useScan((code) => { if (sealId === '' || code === pack.sealId) setSeal(code); else setTracking(code); ship.clear(); });
  const submit = async () => {
    if (await ship.run({ packageId: pack.packageId, version: pack.version, carrierServiceId, trackingReference, sealId })) say(t.shipped);
    else refresh();
  };
  const papered = pack.state === PackageState.PAPERED;
  return (
    <form className="stack" onSubmit={(event) => { event.preventDefault(); void submit(); }}>
      {!papered && <Note tone="warn">{t.papersFirst}</Note>}
      <div className="columns-3">
        <TextField label={t.sealRead} hint={t.sealHint} value={sealId} onChange={(value) => { setSeal(value); ship.clear(); }} />
        <TextField label={t.tracking} hint={t.trackingHint} value={trackingReference} onChange={setTracking} />
        <SelectField label={t.carrier} value={carrierServiceId} onChange={setCarrier} empty={promised ? `${t.promised}: ${promised}` : t.promised} options={(carriers.data ?? []).map((each) => [each.carrierServiceId, each.carrier] as const)} />
      </div>
      {isStale(ship.problem) && <Note tone="warn">{texts.changedMeanwhile}</Note>}
      <Refusals problem={ship.problem} />
      <div className="row"><Button type="submit" kind="primary" size="large" for={PackagesService.method.shipPackage} busy={ship.busy}>{t.handOver}</Button></div>
    </form>
  );
}
