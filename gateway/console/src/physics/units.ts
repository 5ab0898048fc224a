// Units people read activity in. On the wire and in every computation it is becquerels.
import { becquerels } from '../generated/units';

export { becquerels };

export type ActivityUnit = keyof typeof becquerels & ('MBq' | 'GBq' | 'mCi');

export const activityUnits: readonly ActivityUnit[] = ['MBq', 'GBq', 'mCi'];

/** An amount with its unit, to four significant digits and never in exponents below a million. */
export function activityText(bq: number, unit: ActivityUnit): string {
  return `${numberText(bq / becquerels[unit])} ${unit}`;
}

// Half to even, as the services round on labels and papers.
const rounded = { roundingMode: 'halfEven' } as Intl.NumberFormatOptions;

/** A number for people: four significant digits, thousands apart. */
export function numberText(value: number, digits = 4): string {
  if (value !== 0 && (Math.abs(value) < 1e-4 || Math.abs(value) >= 1e9)) return value.toExponential(digits - 1);
  const whole = Math.abs(value) >= 10 ** (digits - 1);
  return value.toLocaleString('en', whole ? { ...rounded, maximumFractionDigits: 0 } : { ...rounded, maximumSignificantDigits: digits });
}

/** Percent of a fraction with one decimal. */
export const percentText = (fraction: number): string => `${(fraction * 100).toLocaleString('en', { ...rounded, maximumFractionDigits: 1 })} %`;
