import { useState } from 'react';
import { useLocation } from 'wouter';
import { useAction } from '../../api/action';
import { useList } from '../../api/query';
import type { Order } from '../../generated/doseline/orders/v1/orders_pb';
import { PackagesService, PhysicalForm } from '../../generated/doseline/shipping/v1/packages_pb';
import { PackagingsService } from '../../generated/doseline/shipping/v1/packagings_pb';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { Check, Choices, NumberField, numberOf, SelectField, TextField } from '../../ui/Fields';
import { LiveActivity, Time } from '../../ui/Figures';
import { Refusals } from '../../ui/Refusals';
import { useToast } from '../../ui/Toasts';
import { texts } from '../../text/en';
import { shippingTexts as t } from '../../text/shipping';

/** Packs a dose, and others of the same customer with it. */
export function PackDialog({ order, others, close }: { order: Order; others: readonly Order[]; close(): void }) {
  const [, go] = useLocation();
  const packagings = useList(PackagingsService.method.listPackagings, { pageSize: 500 }, (page) => page.packagings.filter((each) => each.active));
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set([order.doseId]));
  const [packagingId, setPackagingId] = useState('');
  const [form, setForm] = useState<string>(String(PhysicalForm.LIQUID));
  const [chemicalForm, setChemicalForm] = useState(t.chemicalDefault(order.wanted?.nuclide ?? ''));
  const [mass, setMass] = useState('');
  const [tried, setTried] = useState(false);
  const pack = useAction(PackagesService.method.createPackage);
  const say = useToast();
  const packaging = packagingId || (packagings.data?.length === 1 ? packagings.data[0]!.packagingId : '');
  const submit = async () => {
    setTried(true);
    if (!packaging) return;
    const done = await pack.run({
      siteId: order.promise?.siteId ?? '', customerId: order.customerId, packagingId: packaging, doseIds: [...chosen], physicalForm: Number(form) as PhysicalForm, chemicalForm, contentMassGrams: numberOf(mass) ?? 0,
    });
    if (!done?.package) return;
    say(t.packed);
    go(`/shipping/${done.package.packageId}`);
  };
  const toggle = (doseId: string) => {
    pack.clear();
    setChosen((old) => { const next = new Set(old); if (!next.delete(doseId)) next.add(doseId); return next; });
  };
  return (
    <Dialog title={t.packTitle} onClose={close} onSubmit={() => void submit()} foot={<>
      <button type="button" className="button" onClick={close}>{texts.cancel}</button>
      <Button type="submit" kind="primary" for={PackagesService.method.createPackage} busy={pack.busy}>{t.pack}</Button>
    </>}>
      <fieldset className="fieldset">
        <legend>{`${t.doses} · ${order.customerCode}`}</legend>
        {others.map((each) => (
          <Check key={each.doseId} value={chosen.has(each.doseId)} onChange={() => toggle(each.doseId)} label={<>{each.productCode} · <LiveActivity of={each.wanted} /> · <Time at={each.windowStart} day="always" /></>} />
        ))}
      </fieldset>
      <SelectField label={t.packaging} value={packaging} onChange={setPackagingId} empty="" wrong={tried && !packaging ? texts.required : undefined} options={(packagings.data ?? []).map((each) => [each.packagingId, `${each.name} · ${each.specificationMark}`] as const)} />
      <Choices<string> label={t.physicalForm} value={form} onChange={setForm} options={[1, 2, 3].map((each) => [String(each), t.forms[each]!] as const)} />
      <TextField label={t.chemicalForm} value={chemicalForm} onChange={setChemicalForm} />
      <NumberField label={t.mass} unit="g" hint={t.massHint} value={mass} onChange={setMass} />
      <Refusals problem={pack.problem} />
    </Dialog>
  );
}
