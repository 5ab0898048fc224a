import { useState } from 'react';
import { useAction } from '../../api/action';
import { useRead } from '../../api/query';
import { LicencesService } from '../../generated/doseline/inventory/v1/licences_pb';
import { PossessionService } from '../../generated/doseline/inventory/v1/possession_pb';
import { DisposalRoute } from '../../generated/doseline/waste/v1/events_pb';
import { WasteService, type Container } from '../../generated/doseline/waste/v1/waste_pb';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { Check, Choices, LongField, SelectField, TextField } from '../../ui/Fields';
import { Refusals } from '../../ui/Refusals';
import { useToast } from '../../ui/Toasts';
import { texts } from '../../text/en';
import { wasteTexts as t } from '../../text/waste';

/** Disposes of a container: released after decay, or transferred. */
export function DisposeDialog({ container, refresh, close }: { container: Container; refresh(): void; close(): void }) {
  const [route, setRoute] = useState<'1' | '2'>(container.policy?.decayInStorage ? '1' : '2');
  const [labelsRemoved, setLabelsRemoved] = useState(false);
  const [transfereeId, setTransfereeId] = useState('');
  const [deliveryPlace, setDeliveryPlace] = useState('');
  const [manifestNumber, setManifestNumber] = useState('');
  const [reason, setReason] = useState('');
  const onFile = useRead(LicencesService.method.listTransferees, route === '2' ? { pageSize: 500 } : null).data?.transferees ?? [];
  const places = onFile.find((each) => each.transfereeId === transfereeId)?.authorisation?.places ?? [];
  const dispose = useAction(WasteService.method.disposeContainer, PossessionService.typeName);
  const say = useToast();
  const submit = async () => {
    const decayed = route === '1';
    const done = await dispose.run({
      containerId: container.containerId, version: container.version, route: decayed ? DisposalRoute.DECAY_IN_STORAGE : DisposalRoute.TRANSFER,
      labelsRemoved: decayed && labelsRemoved, reason, ...(decayed ? {} : { transfereeId, deliveryPlace, manifestNumber }),
    });
    if (!done) return refresh();
    say(t.disposed);
    close();
  };
  return (
    <Dialog title={t.disposeTitle} onClose={close} onSubmit={() => void submit()} foot={<>
      <button type="button" className="button" onClick={close}>{texts.cancel}</button>
      <Button type="submit" kind="danger" for={WasteService.method.disposeContainer} busy={dispose.busy}>{t.dispose}</Button>
    </>}>
      <Choices<'1' | '2'> label={t.route} value={route} onChange={(value) => { setRoute(value); dispose.clear(); }} options={[['1', t.routes[1]!], ['2', t.routes[2]!]]} />
      {route === '1' ? <Check label={t.labelsRemoved} value={labelsRemoved} onChange={setLabelsRemoved} /> : <>
        <SelectField label={t.transferee} value={transfereeId} onChange={(value) => { setTransfereeId(value); setDeliveryPlace(''); }} empty="" options={onFile.map((each) => [each.transfereeId, `${each.authorisation?.name} (${each.authorisation?.licenceNumber})`] as const)} />
        <SelectField label={t.deliveryPlace} value={deliveryPlace} onChange={setDeliveryPlace} empty="" options={places.map((place) => [place, place] as const)} />
        <TextField label={t.manifest} value={manifestNumber} onChange={setManifestNumber} />
      </>}
      <LongField label={texts.reason} hint={texts.reasonHint} value={reason} onChange={setReason} />
      <Refusals problem={dispose.problem} />
    </Dialog>
  );
}
