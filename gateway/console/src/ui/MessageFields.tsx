// Fields of any message of the contracts, made from its descriptor: the unit stands in a field's name, so the field knows how people type it.
import { type DescField, type DescMessage } from '@bufbuild/protobuf';
import { masterTexts as t } from '../text/master';
import { words } from '../text/en';
import { emptyDraft, kindOf, type Draft, type DraftValue } from './drafts';
import { ActivityField, Check, LocalTimeField, LongField, NumberField, SelectField, TextField, type TypedActivity } from './Fields';

interface Props {
  schema: DescMessage;
  value: Draft;
  onChange(value: Draft): void;
  /** Names of fields that the service fills, by their local name. */
  hidden?: readonly string[];
  /** Names of fields that cannot be changed any more. */
  fixed?: readonly string[];
  zone: string;
  wrong: ReadonlySet<string>;
  path?: string;
}

/** Asks for every field of a message. */
export function MessageFields({ schema, value, onChange, hidden = [], fixed = [], zone, wrong, path = '' }: Props) {
  const shown = schema.fields.filter((field) => !hidden.includes(field.localName));
  const small = shown.filter((field) => !isBlock(field));
  return (
    <>
      {small.length > 0 && <div className="columns-3">{small.map((field) => <One key={field.localName} field={field} {...{ value, onChange, zone, wrong, path }} fixed={fixed.includes(field.localName)} />)}</div>}
      {shown.filter(isBlock).map((field) => <One key={field.localName} field={field} {...{ value, onChange, zone, wrong, path }} fixed={fixed.includes(field.localName)} />)}
    </>
  );
}

const isBlock = (field: DescField): boolean => ['message', 'messages', 'long', 'choices', 'weekdays'].includes(kindOf(field));

const title = (field: DescField): string => {
  const text = words(field.name.replace(/_(minor_units|minute_of_day|basis_points|per_second|mm|cpm|days|ml|grams)$/, ''));
  return text.charAt(0).toUpperCase() + text.slice(1);
};

function One({ field, value, onChange, zone, wrong, path, fixed }: Omit<Props, 'schema' | 'hidden' | 'fixed' | 'path'> & { field: DescField; path: string; fixed: boolean }) {
  const here = `${path}${field.localName}`;
  const set = (each: DraftValue) => onChange({ ...value, [field.localName]: each });
  const label = title(field);
  const bad = wrong.has(here) ? t.invalid : undefined;
  const text = String(value[field.localName] ?? '');
  const kind = kindOf(field);
  switch (kind) {
    case 'flag': return <div className="field"><Check label={label} value={value[field.localName] === true} onChange={set} /></div>;
    case 'choice': return <SelectField label={label} value={text} onChange={set} wrong={bad} empty={t.choose} options={field.enum!.values.filter((each) => each.number !== 0).map((each) => [String(each.number), words(each.localName)] as const)} />;
    case 'activity': return <ActivityField label={label} value={(value[field.localName] as TypedActivity | undefined) ?? { text: '', unit: 'GBq' }} onChange={(each) => set(each)} wrong={bad} />;
    case 'instant': return <LocalTimeField label={label} zone={zone} value={text} onChange={set} wrong={bad} />;
    case 'weekdays': return <Any label={label} options={[1, 2, 3, 4, 5, 6, 7].map((day) => [String(day), t.weekdays[day]!] as const)} value={(value[field.localName] as string[] | undefined) ?? []} onChange={set} />;
    case 'choices': return <Any label={label} options={field.enum!.values.filter((each) => each.number !== 0).map((each) => [String(each.number), words(each.localName)] as const)} value={(value[field.localName] as string[] | undefined) ?? []} onChange={set} />;
    case 'long': return <LongField label={label} value={text} onChange={set} wrong={bad} />;
    case 'lines': return <LongField label={label} hint={t.lines} value={text} onChange={set} wrong={bad} />;
    case 'message': return (
      <fieldset className="fieldset">
        <legend>{label}</legend>
        <MessageFields schema={field.message!} value={(value[field.localName] as Draft | undefined) ?? emptyDraft(field.message!, zone)} onChange={set} zone={zone} wrong={wrong} path={`${here}.`} />
      </fieldset>
    );
    case 'messages': return <Several field={field} label={label} value={(value[field.localName] as Draft[] | undefined) ?? []} onChange={set} zone={zone} wrong={wrong} path={here} />;
    case 'text': return <TextField label={label} value={text} onChange={set} wrong={bad} readOnly={fixed} />;
    default: return <NumberField anyText={kind === 'time of day'} label={label} unit={unitOf(kind, field)} value={text} onChange={set} wrong={bad} readOnly={fixed} hint={field.proto.proto3Optional ? t.empty : undefined} />;
  }
}

function unitOf(kind: string, field: DescField): string | undefined {
  if (kind === 'duration') return t.hours;
  if (kind === 'fraction') return t.percent;
  if (kind === 'time of day') return 'hh:mm';
  return /_(mm|cpm|days|ml|grams)$/.exec(field.name)?.[1];
}

function Several({ field, label, value, onChange, zone, wrong, path }: { field: DescField; label: string; value: Draft[]; onChange(value: Draft[]): void; zone: string; wrong: ReadonlySet<string>; path: string }) {
  return (
    <fieldset className="fieldset">
      <legend>{`${label} (${value.length})`}</legend>
      {value.map((each, i) => (
        <details key={i} className="several" open={(value.length < 4 && !path.includes('.')) || undefined}>
          <summary>{summaryOf(each) || `${i + 1}`}</summary>
          <MessageFields schema={field.message!} value={each} onChange={(next) => onChange(value.map((old, at) => (at === i ? next : old)))} zone={zone} wrong={wrong} path={`${path}.${i}.`} />
          <div className="row"><button type="button" className="button small" onClick={() => onChange(value.filter((_, at) => at !== i))}>{t.remove}</button></div>
        </details>
      ))}
      <div className="row"><button type="button" className="button small" onClick={() => onChange([...value, emptyDraft(field.message!, zone)])}>{t.add}</button></div>
    </fieldset>
  );
}

const summaryOf = (draft: Draft): string => ['id', 'code', 'lineId', 'nuclide', 'title', 'name'].flatMap((name) => (typeof draft[name] === 'string' && draft[name] !== '' ? [draft[name]] : [])).slice(0, 3).join(' · ');

// Any of several values.
function Any({ label, options, value, onChange }: { label: string; options: readonly (readonly [value: string, text: string])[]; value: string[]; onChange(value: string[]): void }) {
  return (
    <div className="field" role="group" aria-label={label}>
      <span className="label">{label}</span>
      <div className="row">{options.map(([each, text]) => <Check key={each} label={text} value={value.includes(each)} onChange={(on) => onChange(on ? [...value, each].sort() : value.filter((old) => old !== each))} />)}</div>
    </div>
  );
}
