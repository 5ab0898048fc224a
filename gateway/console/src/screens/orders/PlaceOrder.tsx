import { useState } from 'react';
import { useLocation } from 'wouter';
import { useAction } from '../../api/action';
import { useList } from '../../api/query';
import { useSession } from '../../app/session';
import { useSettings } from '../../app/settings';
import { CustomersService } from '../../generated/doseline/orders/v1/customers_pb';
import { OrdersService } from '../../generated/doseline/orders/v1/orders_pb';
import { ProductsService } from '../../generated/doseline/orders/v1/products_pb';
import { Button } from '../../ui/Button';
import { ActivityField, Choices, LocalTimeField, SelectField, TextField, useTypedActivity } from '../../ui/Fields';
import { Panel, Screen } from '../../ui/Panel';
import { Refusals } from '../../ui/Refusals';
import { useToast } from '../../ui/Toasts';
import { activityText, becquerels } from '../../physics/units';
import { fieldText, instantOf, localOf } from '../../physics/time';
import { orderTexts as t } from '../../text/orders';
import { missing, question, type OrderForm, type Way } from './form';
import { PromisePreview } from './PromisePreview';

const ways: readonly Way[] = ['standard', 'administration', 'calibration'];

/** Takes an order while the promise is worked out beside it. */
export function PlaceOrder() {
  const session = useSession();
  const { unit } = useSettings();
  const say = useToast();
  const [, go] = useLocation();
  const products = useList(ProductsService.method.listProducts, { pageSize: 500 }, (page) => page.products);
  const customers = useList(CustomersService.method.listCustomers, { pageSize: 500 }, (page) => page.customers);
  const [fields, setFields] = useState<Omit<OrderForm, 'amount'>>({ productCode: '', customerCode: '', siteId: session.site?.siteId ?? '', way: 'standard', instant: '', start: '', end: '' });
  const [patientToken, setPatientToken] = useState('');
  const [externalReference, setExternalReference] = useState('');
  const [tried, setTried] = useState(false);
  const place = useAction(OrdersService.method.placeOrder);

  const product = products.data?.find((each) => each.productCode === fields.productCode);
  const [amount, setAmount] = useTypedActivity(undefined, product?.nuclide);
  const form: OrderForm = { ...fields, amount };
  const set = (change: Partial<OrderForm>) => {
    place.clear();
    const { amount: newAmount, ...rest } = change;
    if (newAmount) setAmount(newAmount);
    setFields((old) => ({ ...old, ...rest }));
  };
  const customer = customers.data?.find((each) => each.code === form.customerCode);
  const zone = customer?.zone ?? session.zone;
  const lacks = missing(form);
  // An hour that comes twice is asked about at its field, and is not taken for none.
  const ready = Object.keys(lacks).length === 0 && !(form.instant && instantOf(form.instant, zone) === null);
  const wrong = (field: keyof OrderForm) => (tried ? lacks[field] : undefined);

  const submit = async () => {
    setTried(true);
    if (!ready) return;
    const answer = await place.run({ ...question(form, product?.nuclide ?? '', zone), patientToken, externalReference } as never);
    if (!answer?.order) return;
    say(t.accepted(answer.order.productCode, answer.order.customerCode));
    go(`/orders/${answer.order.orderId}`);
  };

  return (
    <Screen title={t.place} lead={t.placeLead}>
      <div className="order-desk">
        <Panel title={t.ask}>
          <form className="stack" noValidate onSubmit={(event) => { event.preventDefault(); void submit(); }}>
            <SelectField label={t.product} value={form.productCode} onChange={(productCode) => set({ productCode })} empty="" wrong={wrong('productCode')}
              options={(products.data ?? []).filter((each) => each.orderable).map((each) => [each.productCode, `${each.productCode} – ${each.name}`] as const)} />
            <SelectField label={t.customer} value={form.customerCode} onChange={(customerCode) => set({ customerCode })} empty="" wrong={wrong('customerCode')}
              options={(customers.data ?? []).map((each) => [each.code, `${each.code} – ${each.name}`] as const)} />
            <div className="stack">
              <LocalTimeField label={t.windowStart} hint={t.windowHint} zone={zone} value={form.start} wrong={wrong('start')}
                onChange={(start) => set({ start, end: !form.end || form.end < start ? later(localOf(start)) : form.end })} />
              <LocalTimeField label={t.windowEnd} zone={zone} value={form.end} onChange={(end) => set({ end })} wrong={wrong('end')} />
            </div>
            <Choices<Way> label={t.way} value={form.way} onChange={(way) => set({ way })} options={ways.map((way) => [way, t.ways[way]] as const)} />
            {form.way === 'standard' && product && <p className="soft small">{t.standardHint(activityText(product.prescriptionBq, unit, product.nuclide))}</p>}
            {form.way !== 'standard' && (
              <div className="stack">
                <ActivityField label={t.amount} value={amount} onChange={(value) => set({ amount: value })} wrong={wrong('amount')} />
                <LocalTimeField label={form.way === 'administration' ? t.administration : t.calibrationTime} hint={form.way === 'administration' ? t.administrationHint : undefined}
                  zone={zone} value={form.instant} onChange={(instant) => set({ instant })} wrong={wrong('instant')} />
              </div>
            )}
            {session.allSites.length > 1 && (
              <SelectField label={t.site} value={form.siteId} onChange={(siteId) => set({ siteId })} empty={t.bestSite} options={session.allSites.map((site) => [site.siteId, site.name] as const)} />
            )}
            <TextField label={t.patient} hint={t.patientHint} value={patientToken} onChange={setPatientToken} />
            <TextField label={t.reference} hint={t.referenceHint} value={externalReference} onChange={setExternalReference} />
            <Refusals problem={place.problem} />
            <div className="row">
              <Button kind="primary" size="large" type="submit" for={OrdersService.method.placeOrder} busy={place.busy}>{t.accept}</Button>
              {tried && !ready && <span className="small soft">{t.missing}</span>}
            </div>
          </form>
        </Panel>
        <PromisePreview
          ask={ready ? question(form, product?.nuclide ?? '', zone) : null} zone={zone}
          takeWindow={(start, end) => set({ start: fieldText(start, zone), end: fieldText(end, zone) })}
          takeAmount={(bq) => set({ way: 'administration', amount: { text: String(Number((bq / becquerels[amount.unit]).toPrecision(6))), unit: amount.unit } })}
        />
      </div>
    </Screen>
  );

  // Two hours are what most clinics keep free; the end can be changed.
  function later(start: string): string {
    const ms = Date.parse(`${start}Z`);
    return Number.isNaN(ms) ? '' : new Date(ms + 2 * 3_600_000).toISOString().slice(0, 16);
  }
}

