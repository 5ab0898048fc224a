// Units people read activity in. On the wire and in every computation it is becquerels.
import { becquerels, naturalUnits, prefixed } from '../generated/units';

export { becquerels };

export type ActivityUnit = keyof typeof becquerels & ('kBq' | 'MBq' | 'GBq' | 'mCi');

/** Units an activity is typed in. */
export const activityUnits: readonly ActivityUnit[] = ['kBq', 'MBq', 'GBq', 'mCi'];

/** How a person reads activities: each nuclide in its usual unit, or all in one. */
export type UnitChoice = 'natural' | 'MBq' | 'GBq' | 'mCi';

export const unitChoices: readonly UnitChoice[] = ['natural', 'MBq', 'GBq', 'mCi'];

// As services/Kernel/Units/ActivityWords.cs has it, so that a refusal and the screen around it say the same.
const leastShown = 1e-2;
const mostShown = 1e5;

/** The unit an amount is shown in; with the choice `natural` that of its nuclide, or the prefix it has itself where that would be unreadable. */
export function unitFor(bq: number, choice: UnitChoice, nuclide?: string): keyof typeof becquerels {
  const amount = Math.abs(bq);
  // What the chosen unit could only show with an exponent is for nobody, whoever chose it.
  if (choice !== 'natural') return amount === 0 || (amount / becquerels[choice] >= 1e-4 && amount / becquerels[choice] < 1e9) ? choice : prefixed.find((unit) => amount >= becquerels[unit]) ?? 'Bq';
  const natural = nuclide === undefined ? undefined : naturalUnits[nuclide];
  if (natural && (amount === 0 || (amount / becquerels[natural] >= leastShown && amount / becquerels[natural] < mostShown))) return natural;
  return prefixed.find((unit) => amount >= becquerels[unit]) ?? 'Bq';
}

/** The unit an activity of a nuclide is typed in. */
export function typedUnit(choice: UnitChoice, nuclide?: string): ActivityUnit {
  if (choice !== 'natural') return choice;
  const natural = nuclide === undefined ? undefined : naturalUnits[nuclide];
  return activityUnits.find((unit) => unit === natural) ?? 'GBq';
}

/** An amount with its unit, to four significant digits and never in exponents below a million. */
export function activityText(bq: number, choice: UnitChoice, nuclide?: string): string {
  const unit = unitFor(bq, choice, nuclide);
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
