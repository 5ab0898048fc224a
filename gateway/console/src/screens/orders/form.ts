// The order form: what was typed, and the request it makes.
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { PreviewPromiseRequestSchema, PrescriptionSchema } from '../../generated/doseline/orders/v1/orders_pb';
import { bqOf, type TypedActivity } from '../../ui/Fields';
import { instantOf, localTime, timestamp } from '../../physics/time';
import { orderTexts as t } from '../../text/orders';

export type Way = 'standard' | 'administration' | 'calibration';

/** What was typed, as it was typed. */
export interface OrderForm {
  readonly productCode: string;
  readonly customerCode: string;
  readonly siteId: string;
  readonly way: Way;
  readonly amount: TypedActivity;
  /** Local time of administration or calibration; may be empty for administration. */
  readonly instant: string;
  readonly start: string;
  readonly end: string;
}

/** What is missing, by field; empty when it can be asked. */
export function missing(form: OrderForm): Partial<Record<keyof OrderForm, string>> {
  const found: Partial<Record<keyof OrderForm, string>> = {};
  if (!form.productCode) found.productCode = t.missingProduct;
  if (!form.customerCode) found.customerCode = t.missingCustomer;
  if (!form.start) found.start = t.missingTime;
  if (!form.end) found.end = t.missingTime;
  if (form.way !== 'standard' && bqOf(form.amount) === null) found.amount = t.missingAmount;
  if (form.way === 'calibration' && !form.instant) found.instant = t.missingTime;
  return found;
}

/** The activity asked for. */
export function prescription(form: OrderForm, nuclide: string, zone: string): MessageInitShape<typeof PrescriptionSchema> {
  if (form.way === 'standard') return { way: { case: 'productStandard', value: true } };
  const instant = form.instant ? instantOf(form.instant, zone) : null;
  const time = instant === null ? undefined : timestamp(instant);
  return form.way === 'administration'
    ? { way: { case: 'atAdministration', value: { nuclide, amountBq: bqOf(form.amount) ?? 0, administrationTime: time } } }
    : { way: { case: 'atCalibration', value: { nuclide, activityBq: bqOf(form.amount) ?? 0, referenceTime: time } } };
}

/** The question about the promise. */
export function question(form: OrderForm, nuclide: string, zone: string): MessageInitShape<typeof PreviewPromiseRequestSchema> {
  return {
    productCode: form.productCode, customerCode: form.customerCode, siteId: form.siteId, wanted: prescription(form, nuclide, zone),
    windowStart: localTime(form.start, zone), windowEnd: localTime(form.end, zone),
  };
}
