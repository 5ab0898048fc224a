// Units people read activity in. On the wire and in every computation it is becquerels.
export type ActivityUnit = 'MBq' | 'GBq' | 'mCi';

export const activityUnits: readonly ActivityUnit[] = ['MBq', 'GBq', 'mCi'];

/** Becquerels in one unit; 1 Ci = 3.7e10 Bq exactly (SI Brochure, 9th edition, table 8 of earlier editions). */
export const becquerels: Record<ActivityUnit, number> = { MBq: 1e6, GBq: 1e9, mCi: 3.7e7 };

/** An amount with its unit, to four significant digits and never in exponents below a million. */
export function activityText(bq: number, unit: ActivityUnit): string {
  return `${numberText(bq / becquerels[unit])} ${unit}`;
}

/** A number for people: four significant digits, thousands apart. */
export function numberText(value: number, digits = 4): string {
  if (value !== 0 && (Math.abs(value) < 1e-4 || Math.abs(value) >= 1e9)) return value.toExponential(digits - 1);
  const whole = Math.abs(value) >= 10 ** (digits - 1);
  return value.toLocaleString('en', whole ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: digits });
}

/** Percent of a fraction with one decimal. */
export const percentText = (fraction: number): string => `${(fraction * 100).toLocaleString('en', { maximumFractionDigits: 1 })} %`;
