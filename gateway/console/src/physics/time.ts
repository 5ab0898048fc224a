// Instants and how people at a place read them. An instant is milliseconds since 1970 here and a Timestamp on the wire.
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { TimestampSchema, type Timestamp } from '@bufbuild/protobuf/wkt';
import type { LocalTimeSchema } from '../generated/doseline/common/v1/activity_pb';

/** Milliseconds of a timestamp; null when it is absent. */
export const millis = (time: Timestamp | undefined): number | null =>
  time ? Number(time.seconds) * 1000 + Math.trunc(time.nanos / 1e6) : null;

/** The timestamp of an instant. */
export const timestamp = (ms: number): Timestamp => {
  const seconds = Math.floor(ms / 1000);
  return create(TimestampSchema, { seconds: BigInt(seconds), nanos: Math.round((ms - seconds * 1000) * 1e6) });
};

/** A span over which clocks of a zone stand at one offset from UTC. */
export interface ZoneSpan {
  /** First instant; -Infinity for the first span. */
  readonly from: number;
  readonly offsetMs: number;
  readonly name: string;
}

// Zones as the platform reads them; one that is not here yet is read by the browser's own copy of the database, whose release nobody knows.
const rules = new Map<string, readonly ZoneSpan[]>();
const wanted = new Set<string>();
let tell: (zone: string) => void = () => {};

/** Takes the rules of a zone; from now on every time in it is read by them. */
export const takeZone = (zone: string, spans: readonly ZoneSpan[]): void => void rules.set(zone, spans);

/** Says who is told, once, of each zone in which something is read. */
export function zonesWanted(listener: (zone: string) => void): void {
  tell = listener;
  for (const zone of wanted) tell(zone);
}

function spanAt(ms: number, zone: string): ZoneSpan | undefined {
  const spans = rules.get(zone);
  if (!spans) {
    if (!wanted.has(zone)) {
      wanted.add(zone);
      tell(zone);
    }
    return undefined;
  }
  let [low, high] = [0, spans.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (spans[middle]!.from <= ms) low = middle;
    else high = middle - 1;
  }
  return spans[low];
}

const formats = new Map<string, Intl.DateTimeFormat>();
function format(zone: string, options: Intl.DateTimeFormatOptions, language = 'en-CA'): Intl.DateTimeFormat {
  const key = language + zone + JSON.stringify(options);
  let known = formats.get(key);
  // en-CA writes dates as ISO 8601 does; people of every country read them the same way.
  if (!known) formats.set(key, (known = new Intl.DateTimeFormat(language, { timeZone: zone, hourCycle: 'h23', ...options })));
  return known;
}

// A wall clock is written as UTC is, at the offset of the zone.
function wall(ms: number, zone: string, options: Intl.DateTimeFormatOptions, language?: string): string {
  const span = spanAt(ms, zone);
  return span ? format('UTC', options, language).format(ms + span.offsetMs) : format(zone, options, language).format(ms);
}

/** "14:30" in a zone. */
export const clockText = (ms: number, zone: string): string => wall(ms, zone, { hour: '2-digit', minute: '2-digit' });

/** "14:30:05" in a zone. */
export const secondsText = (ms: number, zone: string): string => wall(ms, zone, { hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** "2026-11-24" in a zone. */
export const dateText = (ms: number, zone: string): string => wall(ms, zone, { year: 'numeric', month: '2-digit', day: '2-digit' });

/** "Tue 24 Nov" in a zone. */
export function dayText(ms: number, zone: string): string {
  const part = (options: Intl.DateTimeFormatOptions) => wall(ms, zone, options, 'en');
  return `${part({ weekday: 'short' })} ${part({ day: 'numeric' })} ${part({ month: 'short' })}`;
}

/** Abbreviation of the zone at an instant, "EST" or "UTC+05:45". */
export const zoneText = (ms: number, zone: string): string =>
  spanAt(ms, zone)?.name ?? format(zone, { timeZoneName: 'short' }, 'en-US').formatToParts(ms).find((p) => p.type === 'timeZoneName')?.value ?? zone;

/** An instant as people read it, in parts that a screen may set differently; empty where a part is left out. */
export interface Moment {
  readonly day: string;
  readonly clock: string;
  readonly zone: string;
}

/** Which parts are told: the day where it is not today (`always` also where it is), seconds where the order of things matters. */
export interface MomentStyle {
  readonly day?: 'auto' | 'always';
  readonly seconds?: boolean;
}

/**
 * The one way in which an instant is written. The zone is always named. The day is left out when it is today there, and has its year when that is not
 * this year there: "14:30 EST", "Tue 24 Nov 14:30 EST", "Tue 16 Mar 2027 14:30 EDT".
 */
export function moment(ms: number, zone: string, nowMs: number, style: MomentStyle = {}): Moment {
  const [date, today] = [dateText(ms, zone), dateText(nowMs, zone)];
  const year = date.slice(0, 4) === today.slice(0, 4) ? '' : ` ${date.slice(0, 4)}`;
  return {
    day: date === today && style.day !== 'always' ? '' : `${dayText(ms, zone)}${year}`,
    clock: style.seconds ? secondsText(ms, zone) : clockText(ms, zone),
    zone: zoneText(ms, zone),
  };
}

/** The same as one text. */
export function momentText(ms: number, zone: string, nowMs: number, style: MomentStyle = {}): string {
  const parts = moment(ms, zone, nowMs, style);
  return [parts.day, parts.clock, parts.zone].filter(Boolean).join(' ');
}

/** "2026-11-24T14:30" in a zone, as a date-time input takes it. */
export const localText = (ms: number, zone: string): string => `${dateText(ms, zone)}T${clockText(ms, zone)}`;

const dayMs = 86_400_000;

/** Offset from UTC at an instant, in milliseconds. */
const offsetAt = (ms: number, zone: string): number => spanAt(ms, zone)?.offsetMs ?? Date.parse(`${localText(ms, zone)}Z`) - Math.floor(ms / 60000) * 60000;

// What a field holds: a local time, and behind it the offset that was chosen where it occurs twice.
const parts = (typed: string): { local: string; offset: string } => {
  const [, local = '', offset = ''] = /^(.*T\d\d:\d\d(?::\d\d)?)([+-]\d\d:\d\d)?$/.exec(typed) ?? [];
  return { local, offset };
};

/** "UTC-04:00" for a zone that has no name but its offset. */
export const offsetName = (offsetMs: number): string => `UTC${offsetSigned(offsetMs)}`;

/** "-04:00" at an instant in a zone. */
export const offsetText = (ms: number, zone: string): string => offsetSigned(offsetAt(ms, zone));

function offsetSigned(offsetMs: number): string {
  const minutes = Math.round(offsetMs / 60000);
  const [h, m] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `${minutes < 0 ? '-' : '+'}${String(h).padStart(2, '0')}:${String(m).padStart(2, '0')}`;
}

/** Every instant at which clocks of the zone show a local time, earliest first: none where they are put forward, two where they are put back. */
export function readings(typed: string, zone: string): number[] {
  const naive = Date.parse(`${parts(typed).local}Z`);
  if (Number.isNaN(naive)) return [];
  const offsets = new Set([naive - dayMs, naive, naive + dayMs].map((ms) => offsetAt(ms, zone)));
  return [...offsets].map((offset) => naive - offset).filter((ms) => offsetAt(ms, zone) === naive - ms).sort((a, b) => a - b);
}

/** The local time of what a field holds, without the offset that was chosen. */
export const localOf = (typed: string): string => parts(typed).local || typed;

/** The instant of what a field holds; null when it cannot be read, does not occur, or occurs twice and nobody has said which is meant. */
export function instantOf(typed: string, zone: string): number | null {
  const { offset } = parts(typed);
  const found = readings(typed, zone);
  const meant = found.length > 1 ? found.filter((ms) => offsetText(ms, zone) === offset) : found;
  return meant[0] ?? null;
}

/** What a field holds for an instant: its local time, with the offset where that occurs twice. */
export function fieldText(ms: number, zone: string): string {
  const local = localText(ms, zone);
  return readings(local, zone).length > 1 ? local + offsetText(ms, zone) : local;
}

/** What a field holds as the server takes a local time: with its offset where it was chosen. */
export function localTime(typed: string, zone: string): MessageInitShape<typeof LocalTimeSchema> {
  const at = readings(typed, zone).length > 1 ? instantOf(typed, zone) : null;
  return { dateTime: localOf(typed), zone, ...(at !== null && { utcOffset: { seconds: BigInt(offsetAt(at, zone) / 1000) } }) };
}

/** The instant of a local time as the server takes it; null when none was given or it names none. */
export function localInstant(time: MessageInitShape<typeof LocalTimeSchema> | undefined): number | null {
  if (!time?.dateTime || !time.zone) return null;
  const found = readings(time.dateTime, time.zone);
  const offset = time.utcOffset?.seconds;
  return (offset === undefined ? found.length === 1 ? found[0] : undefined : found.find((ms) => offsetAt(ms, time.zone!) === Number(offset) * 1000)) ?? null;
}

/** A span in words that do not jump: "2 d 4 h", "3 h 05 min", "12 min", "45 s"; negative spans have a minus. */
export function spanText(ms: number): string {
  const sign = ms < 0 ? '−' : '';
  const seconds = Math.floor(Math.abs(ms) / 1000);
  const [d, h, m] = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60];
  if (d > 0) return `${sign}${d} d ${h} h`;
  if (h > 0) return `${sign}${h} h ${String(m).padStart(2, '0')} min`;
  if (m > 0) return `${sign}${m} min`;
  return `${sign}${seconds} s`;
}
