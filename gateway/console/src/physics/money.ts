// Money: whole minor units on the wire, digits by ISO 4217 on the screen.
import { minorDigits } from '../generated/currencies';

/** An amount in minor units as people read it, to the last digit; in minor units, and saying so, where the currency is not known. */
export function moneyText(minorUnits: bigint, currency: string): string {
  const digits = minorDigits[currency];
  if (digits === undefined) return `${minorUnits} ${currency}`.trim();
  const sign = minorUnits < 0n ? '-' : '';
  const text = String(minorUnits < 0n ? -minorUnits : minorUnits).padStart(digits + 1, '0');
  const exact = digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
  return new Intl.NumberFormat('en', { style: 'currency', currency, minimumFractionDigits: digits, maximumFractionDigits: digits }).format(`${sign}${exact}` as `${number}`);
}
