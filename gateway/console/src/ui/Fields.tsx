import { useId, useState, type InputHTMLAttributes, type ReactNode } from 'react';
import { activityUnits, becquerels, typedUnit, type ActivityUnit } from '../physics/units';
import { clockText, instantOf, localOf, offsetText, readings, zoneText } from '../physics/time';
import { useSettings } from '../app/settings';
import { texts } from '../text/en';

interface Around {
  label: string;
  hint?: ReactNode;
  wrong?: string | false | null | undefined;
}

/** Label, input, hint and what is wrong with it, tied together for screen readers. */
export function Field({ label, hint, wrong, children }: Around & { children: (props: { id: string; 'aria-describedby': string | undefined; 'aria-invalid': true | undefined }) => ReactNode }) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({ id, 'aria-describedby': hint || wrong ? `${id}-about` : undefined, 'aria-invalid': wrong ? true : undefined })}
      {(hint || wrong) && <div id={`${id}-about`}>{wrong && <div className="wrong">{wrong}</div>}{hint && <div className="hint">{hint}</div>}</div>}
    </div>
  );
}

type TextProps = Around & Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange' | 'value'> & { value: string; onChange(value: string): void };

/** A line of text. A scanner types into it and ends with Enter. */
export function TextField({ label, hint, wrong, value, onChange, ...rest }: TextProps) {
  return (
    <Field label={label} hint={hint} wrong={wrong}>
      {(props) => <input className="input" autoComplete="off" spellCheck={false} {...rest} {...props} value={value} onChange={(event) => onChange(event.target.value)} />}
    </Field>
  );
}

/** Several lines of text. */
export function LongField({ label, hint, wrong, value, onChange, maxLength }: Around & { value: string; onChange(value: string): void; maxLength?: number }) {
  return (
    <Field label={label} hint={hint} wrong={wrong}>
      {(props) => <textarea className="input" {...props} maxLength={maxLength} value={value} onChange={(event) => onChange(event.target.value)} />}
    </Field>
  );
}

// What is typed and cannot be the beginning of a number is said at once, at the field: 7,4 is never read as 74, and never answered by another field.
const unreadable = (text: string): string | undefined => {
  if (/\d,\d/.test(text)) return texts.decimalPoint(text.trim().replace(/,(\d+)$/, '.$1').replaceAll(',', ''));
  return /^\s*[+-]?[\d.]*(e[+-]?\d*)?\s*$/i.test(text) ? undefined : texts.needsNumber;
};

/** A number with its unit, typed as text so that nothing typed is lost; see `numberOf`. `anyText`: what is typed is no plain number, for example a time of day. */
export function NumberField({ label, hint, wrong, unit, anyText, value, onChange, ...rest }: TextProps & { unit?: string | undefined; anyText?: boolean }) {
  return (
    <Field label={label} hint={hint} wrong={wrong || (anyText ? undefined : unreadable(value))}>
      {(props) => (
        <div className="input-unit">
          <input className="input mono" inputMode="decimal" autoComplete="off" {...rest} {...props} value={value} onChange={(event) => onChange(event.target.value)} />
          {unit && <span className="unit">{unit}</span>}
        </div>
      )}
    </Field>
  );
}

/** The number in what was typed; null when there is none. A comma is not guessed to be a point. */
export function numberOf(text: string): number | null {
  const trimmed = text.trim();
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(trimmed)) return null;
  return Number(trimmed);
}

/** An amount of activity in a unit of one's choice; the value is what was typed and its unit. */
export interface TypedActivity {
  readonly text: string;
  readonly unit: ActivityUnit;
}

/** Becquerels of a typed activity; null when it is no number. */
export const bqOf = (typed: TypedActivity): number | null => {
  const number = numberOf(typed.text);
  return number === null ? null : number * becquerels[typed.unit];
};

/** State of an activity field; begins empty, in the unit that is usual for the nuclide or that the person chose. Once something is typed its unit stays. */
export function useTypedActivity(bq?: number, nuclide?: string): [TypedActivity, (value: TypedActivity) => void] {
  const { unit: choice } = useSettings();
  const usual = typedUnit(choice, nuclide);
  const [typed, set] = useState<TypedActivity | null>(bq === undefined ? null : { text: String(Number((bq / becquerels[usual]).toPrecision(6))), unit: usual });
  return [typed ?? { text: '', unit: usual }, set];
}

/** Asks for an activity. */
export function ActivityField({ label, hint, wrong, value, onChange }: Around & { value: TypedActivity; onChange(value: TypedActivity): void }) {
  return (
    <Field label={label} hint={hint} wrong={wrong || unreadable(value.text)}>
      {(props) => (
        <div className="input-unit">
          <input className="input mono" inputMode="decimal" autoComplete="off" {...props} value={value.text} onChange={(event) => onChange({ ...value, text: event.target.value })} />
          <select className="unit" aria-label={texts.unitOf(label)} value={value.unit} onChange={(event) => onChange({ ...value, unit: event.target.value as ActivityUnit })}>
            {activityUnits.map((unit) => <option key={unit}>{unit}</option>)}
          </select>
        </div>
      )}
    </Field>
  );
}

/** One of several values in a list. */
export function SelectField({ label, hint, wrong, value, onChange, options, empty }: Around & { value: string; onChange(value: string): void; options: readonly (readonly [value: string, text: string])[]; empty?: string }) {
  return (
    <Field label={label} hint={hint} wrong={wrong}>
      {(props) => (
        <select className="input" {...props} value={value} onChange={(event) => onChange(event.target.value)}>
          {empty !== undefined && <option value="">{empty}</option>}
          {options.map(([each, text]) => <option key={each} value={each}>{text}</option>)}
        </select>
      )}
    </Field>
  );
}

/** One of a few values, all on the screen. */
export function Choices<T extends string>({ label, value, onChange, options, compact, hideLabel }: { label: string; value: T; onChange(value: T): void; options: readonly (readonly [value: T, text: string])[]; compact?: boolean; hideLabel?: boolean }) {
  const name = useId();
  return (
    <div className="field" role="radiogroup" aria-label={label}>
      {!hideLabel && <span className="label">{label}</span>}
      <div className={compact ? 'choices compact' : 'choices'}>
        {options.map(([each, text]) => (
          <label key={each}><input type="radio" name={name} checked={each === value} onChange={() => onChange(each)} />{text}</label>
        ))}
      </div>
    </div>
  );
}

/** A local date and time; the zone it is read in stands beside it. Where clocks are put back it asks which of the two is meant, and where they are put forward it says that there is none. */
export function LocalTimeField({ label, hint, wrong, value, onChange, zone }: Around & { value: string; onChange(value: string): void; zone: string }) {
  const local = localOf(value);
  const found = local ? readings(value, zone) : [];
  const chosen = instantOf(value, zone);
  const missing = local && found.length === 0 ? texts.timeMissing(zone) : undefined;
  const twice = found.length > 1 && chosen === null ? texts.timeTwice : undefined;
  return (
    <>
      <Field label={label} hint={<><span className="zone">{zone}</span>{hint && <> · {hint}</>}</>} wrong={missing ?? twice ?? wrong}>
        {(props) => <input className="input" type="datetime-local" {...props} value={local} onChange={(event) => onChange(event.target.value)} />}
      </Field>
      {found.length > 1 && (
        <Choices
          label={texts.timeWhich(label)} value={chosen === null ? '' : offsetText(chosen, zone)} onChange={(offset) => onChange(local + offset)}
          options={found.map((ms, i) => [offsetText(ms, zone), texts.timeReading(i, clockText(ms, zone), zoneText(ms, zone), offsetText(ms, zone))] as const)}
        />
      )}
    </>
  );
}

/** A statement that is true or not, with its whole line to press on. */
export function Check({ label, value, onChange }: { label: ReactNode; value: boolean; onChange(value: boolean): void }) {
  return <label className="check"><input type="checkbox" checked={value} onChange={(event) => onChange(event.target.checked)} /> <span>{label}</span></label>;
}
