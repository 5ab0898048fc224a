import { create } from '@bufbuild/protobuf';
import { CalibratedActivitySchema, type CalibratedActivity } from '../../generated/doseline/common/v1/activity_pb';
import { halfLifeSeconds } from '../../generated/nuclides';
import { useSettings } from '../../app/settings';
import { ActivityField, bqOf, LocalTimeField, SelectField, type TypedActivity } from '../../ui/Fields';
import { becquerels, typedUnit } from '../../physics/units';
import { instantOf, localText, millis, timestamp } from '../../physics/time';
import { texts } from '../../text/en';
import { possessionTexts as t } from '../../text/possession';

/** A declared activity as it was typed. */
export interface TypedContents {
  readonly nuclide: string;
  readonly amount: TypedActivity;
  /** Local time of calibration. */
  readonly at: string;
}

/** What the fields begin with: what was announced, or one empty row. */
export function firstContents(given: readonly CalibratedActivity[], zone: string, nowMs: number): readonly TypedContents[] {
  if (given.length === 0) return [{ nuclide: '', amount: { text: '', unit: 'GBq' }, at: localText(nowMs, zone) }];
  return given.map((each) => ({
    nuclide: each.nuclide, amount: { text: String(Number((each.activityBq / becquerels.GBq).toPrecision(9))), unit: 'GBq' }, at: localText(millis(each.referenceTime) ?? nowMs, zone),
  }));
}

/** The activities as sent; null while one of them cannot be read. */
export function contentsOf(typed: readonly TypedContents[], zone: string): CalibratedActivity[] | null {
  const read = typed.map((each) => {
    const [bq, at] = [bqOf(each.amount), instantOf(each.at, zone)];
    return each.nuclide && bq !== null && at !== null ? create(CalibratedActivitySchema, { nuclide: each.nuclide, activityBq: bq, referenceTime: timestamp(at) }) : null;
  });
  return read.every((each) => each !== null) ? read : null;
}

const nuclides = Object.keys(halfLifeSeconds).sort().map((each) => [each, each] as const);

/** Asks for activities as a certificate declares them: nuclide, amount, and the instant they refer to. */
export function ContentsFields({ value, zone, wrong, onChange }: { value: readonly TypedContents[]; zone: string; wrong: boolean; onChange(value: readonly TypedContents[]): void }) {
  const { unit } = useSettings();
  const set = (index: number, change: Partial<TypedContents>) => onChange(value.map((each, i) => (i === index ? { ...each, ...change } : each)));
  return (
    <fieldset className="fieldset">
      <legend>{t.contents}</legend>
      {value.map((each, i) => (
        <div key={i} className="contents-row">
          <SelectField label={t.nuclide} value={each.nuclide} empty="" options={nuclides} onChange={(nuclide) => set(i, each.amount.text === '' ? { nuclide, amount: { text: '', unit: typedUnit(unit, nuclide) } } : { nuclide })} wrong={wrong && !each.nuclide ? texts.required : undefined} />
          <ActivityField label={t.activity} value={each.amount} onChange={(amount) => set(i, { amount })} wrong={wrong && bqOf(each.amount) === null ? texts.required : undefined} />
          <LocalTimeField label={t.calibrated} zone={zone} value={each.at} onChange={(at) => set(i, { at })} />
          {value.length > 1 && <button type="button" className="button" onClick={() => onChange(value.filter((_, at) => at !== i))}>{t.remove}</button>}
        </div>
      ))}
      <div className="row"><button type="button" className="button small" onClick={() => onChange([...value, { nuclide: '', amount: { text: '', unit: typedUnit(unit) }, at: value[0]?.at ?? '' }])}>{t.addNuclide}</button></div>
    </fieldset>
  );
}
