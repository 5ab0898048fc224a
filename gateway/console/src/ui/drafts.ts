// What people typed into the fields of a message, and the message it makes. Numbers are kept as typed; a draft that cannot be read names every field.
import { create, ScalarType, type DescField, type DescMessage, type Message } from '@bufbuild/protobuf';
import type { Duration, Timestamp } from '@bufbuild/protobuf/wkt';
import { becquerels } from '../physics/units';
import { instantOf, localText, millis, timestamp } from '../physics/time';
import { bqOf, numberOf, type TypedActivity } from './Fields';

export type DraftValue = string | boolean | TypedActivity | Draft | Draft[] | string[];

/** Fields by their local name, as typed. */
export interface Draft {
  readonly [field: string]: DraftValue;
}

type Kind = 'flag' | 'choice' | 'activity' | 'fraction' | 'number' | 'time of day' | 'instant' | 'duration' | 'weekdays' | 'choices' | 'long' | 'lines' | 'message' | 'messages' | 'text';

const longNames = /^(zpl|source|evidence)$|_text$/;

/** How people type a field: its type, and the unit in its name. */
export function kindOf(field: DescField): Kind {
  if (field.fieldKind === 'enum') return 'choice';
  if (field.fieldKind === 'message') {
    if (field.message.typeName === 'google.protobuf.Timestamp') return 'instant';
    return field.message.typeName === 'google.protobuf.Duration' ? 'duration' : 'message';
  }
  if (field.fieldKind === 'list') {
    if (field.listKind === 'message') return 'messages';
    if (field.listKind === 'enum') return 'choices';
    return field.name.endsWith('weekdays') ? 'weekdays' : 'lines';
  }
  if (field.fieldKind !== 'scalar') return 'text';
  if (field.scalar === ScalarType.BOOL) return 'flag';
  if (field.scalar === ScalarType.STRING) return longNames.test(field.name) ? 'long' : 'text';
  if (field.name.endsWith('_bq')) return 'activity';
  if (field.name.endsWith('_fraction') || /fraction_(min|max)$/.test(field.name)) return 'fraction';
  return field.name.endsWith('_minute_of_day') ? 'time of day' : 'number';
}

/** A draft of a message that says nothing yet. */
export const emptyDraft = (schema: DescMessage, zone: string): Draft => draftOf(schema, create(schema), zone);

/** The draft of a message. */
export function draftOf(schema: DescMessage, message: Message, zone: string): Draft {
  const draft: Record<string, DraftValue> = {};
  for (const field of schema.fields) {
    const value = (message as unknown as Record<string, unknown>)[field.localName];
    draft[field.localName] = typed(field, value, zone);
  }
  return draft;
}

function typed(field: DescField, value: unknown, zone: string): DraftValue {
  switch (kindOf(field)) {
    case 'flag': return value === true;
    case 'activity': return { text: value === undefined || value === 0 ? '' : String(Number(((value as number) / becquerels.GBq).toPrecision(12))), unit: 'GBq' };
    case 'fraction': return value === undefined ? '' : String(Number(((value as number) * 100).toPrecision(12)));
    case 'time of day': return `${String(Math.floor((value as number) / 60)).padStart(2, '0')}:${String((value as number) % 60).padStart(2, '0')}`;
    case 'instant': { const ms = millis(value as Timestamp | undefined); return ms === null ? '' : localText(ms, zone); }
    case 'duration': return value === undefined ? '' : String(Number((value as Duration).seconds) / 3600);
    case 'message': return draftOf(field.message!, (value as Message | undefined) ?? create(field.message!), zone);
    case 'messages': return (value as Message[]).map((each) => draftOf(field.message!, each, zone));
    case 'choices':
    case 'weekdays': return (value as number[]).map(String);
    case 'lines': return (value as unknown[]).map(String).join('\n');
    case 'choice': return value === 0 ? '' : String(value);
    default: return value === undefined ? '' : String(value);
  }
}

/** The message of a draft, and the paths of fields that cannot be read. */
export function messageOf(schema: DescMessage, draft: Draft, zone: string, path = ''): { message: Message; wrong: string[] } {
  const wrong: string[] = [];
  const init: Record<string, unknown> = {};
  for (const field of schema.fields) {
    const here = `${path}${field.localName}`;
    const value = draft[field.localName];
    if (value === undefined) continue;
    const read = valueOf(field, value, zone, here, wrong);
    if (read === null) wrong.push(here);
    else if (read !== undefined) init[field.localName] = read;
  }
  return { message: create(schema, init as never), wrong };
}

// Undefined is absent, null cannot be read.
function valueOf(field: DescField, value: DraftValue, zone: string, here: string, wrong: string[]): unknown {
  const text = typeof value === 'string' ? value.trim() : '';
  switch (kindOf(field)) {
    case 'flag': return value;
    case 'choice': return text === '' ? undefined : Number(text);
    case 'activity': return (value as TypedActivity).text.trim() === '' ? undefined : bqOf(value as TypedActivity);
    case 'fraction': { const number = numberOf(text); return text === '' ? undefined : number === null ? null : number / 100; }
    case 'time of day': { const match = /^(\d\d?):(\d\d)$/.exec(text); return match && Number(match[1]) < 24 && Number(match[2]) < 60 ? Number(match[1]) * 60 + Number(match[2]) : null; }
    case 'instant': { const ms = text === '' ? undefined : instantOf(text, zone); return ms === undefined ? undefined : ms === null ? null : timestamp(ms); }
    case 'duration': { const hours = numberOf(text); return text === '' ? undefined : hours === null ? null : { $typeName: 'google.protobuf.Duration', seconds: BigInt(Math.round(hours * 3600)), nanos: 0 }; }
    case 'message': {
      const inner = messageOf(field.message!, value as Draft, zone, `${here}.`);
      wrong.push(...inner.wrong);
      return isEmpty(field.message!, value as Draft, zone) ? undefined : inner.message;
    }
    case 'messages': return (value as Draft[]).map((each, i) => { const inner = messageOf(field.message!, each, zone, `${here}.${i}.`); wrong.push(...inner.wrong); return inner.message; });
    case 'choices':
    case 'weekdays': return (value as string[]).map(Number);
    case 'lines': return listOf(field, String(value));
    case 'number': { const number = numberOf(text); return text === '' ? undefined : number === null ? null : isLong(field) ? BigInt(Math.round(number)) : number; }
    default: return value;
  }
}

function listOf(field: DescField, text: string): unknown[] {
  const lines = text.split('\n').map((line) => line.trim()).filter(Boolean);
  if (field.fieldKind !== 'list') return lines;
  return field.listKind === 'scalar' && field.scalar !== ScalarType.STRING ? lines.map(Number) : lines;
}

const isLong = (field: DescField): boolean => field.fieldKind === 'scalar' && [ScalarType.INT64, ScalarType.UINT64].includes(field.scalar);

const isEmpty = (schema: DescMessage, draft: Draft, zone: string): boolean => JSON.stringify(draft) === JSON.stringify(emptyDraft(schema, zone));

/** What differs between two drafts: paths in words with both texts. */
export function differences(before: Draft, after: Draft, path = ''): (readonly [path: string, before: string, after: string])[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((name) => {
    const [old, next] = [before[name], after[name]];
    const here = path ? `${path} › ${name}` : name;
    if (JSON.stringify(old) === JSON.stringify(next)) return [];
    if (isDraft(old) && isDraft(next)) return differences(old, next, here);
    if (Array.isArray(old) && Array.isArray(next) && [...old, ...next].every((each) => typeof each === 'object')) {
      return Array.from({ length: Math.max(old.length, next.length) }, (_, i) => differences((old[i] as Draft | undefined) ?? {}, (next[i] as Draft | undefined) ?? {}, `${here} ${i + 1}`)).flat();
    }
    return [[here, plain(old), plain(next)] as const];
  });
}

const isDraft = (value: DraftValue | undefined): value is Draft => typeof value === 'object' && !Array.isArray(value) && !('unit' in value && 'text' in value);

function plain(value: DraftValue | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'object' && !Array.isArray(value) && 'unit' in value) return `${String(value.text)} ${String(value.unit)}`;
  return Array.isArray(value) ? value.map((each) => (typeof each === 'string' ? each : JSON.stringify(each))).join(', ') : String(value);
}
