// Instants and how people at a place read them. An instant is milliseconds since 1970 here and a Timestamp on the wire.
import { create } from '@bufbuild/protobuf';
import { TimestampSchema, type Timestamp } from '@bufbuild/protobuf/wkt';

/** Milliseconds of a timestamp; null when it is absent. */
export const millis = (time: Timestamp | undefined): number | null =>
  time ? Number(time.seconds) * 1000 + Math.trunc(time.nanos / 1e6) : null;

/** The timestamp of an instant. */
export const timestamp = (ms: number): Timestamp => {
  const seconds = Math.floor(ms / 1000);
  return create(TimestampSchema, { seconds: BigInt(seconds), nanos: Math.round((ms - seconds * 1000) * 1e6) });
};

const formats = new Map<string, Intl.DateTimeFormat>();
function format(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = zone + JSON.stringify(options);
  let known = formats.get(key);
  // en-CA writes dates as ISO 8601 does; people of every country read them the same way.
  if (!known) formats.set(key, (known = new Intl.DateTimeFormat('en-CA', { timeZone: zone, hourCycle: 'h23', ...options })));
  return known;
}

/** "14:30" in a zone. */
export const clockText = (ms: number, zone: string): string => format(zone, { hour: '2-digit', minute: '2-digit' }).format(ms);

/** "14:30:05" in a zone. */
export const secondsText = (ms: number, zone: string): string => format(zone, { hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(ms);

/** "2026-11-24" in a zone. */
export const dateText = (ms: number, zone: string): string => format(zone, { year: 'numeric', month: '2-digit', day: '2-digit' }).format(ms);

/** "Tue 24 Nov" in a zone. */
export function dayText(ms: number, zone: string): string {
  const part = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat('en', { timeZone: zone, ...options }).format(ms);
  return `${part({ weekday: 'short' })} ${part({ day: 'numeric' })} ${part({ month: 'short' })}`;
}

/** Abbreviation of the zone at an instant, "EST" or "GMT+1". */
export const zoneText = (ms: number, zone: string): string =>
  new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'short' }).formatToParts(ms).find((p) => p.type === 'timeZoneName')?.value ?? zone;

/** "2026-11-24 14:30 EST". */
export const instantText = (ms: number, zone: string): string => `${dateText(ms, zone)} ${clockText(ms, zone)} ${zoneText(ms, zone)}`;

/** "2026-11-24T14:30" in a zone, as a date-time input takes it. */
export const localText = (ms: number, zone: string): string => `${dateText(ms, zone)}T${clockText(ms, zone)}`;

/** The instant of a local time in a zone; the earlier one in an hour that occurs twice, null when it cannot be read. */
export function instantOf(local: string, zone: string): number | null {
  const naive = Date.parse(`${local}Z`);
  if (Number.isNaN(naive)) return null;
  const offsetAt = (ms: number) => Date.parse(`${localText(ms, zone)}Z`) - Math.floor(ms / 60000) * 60000;
  const first = naive - offsetAt(naive - 86400000 / 2);
  return offsetAt(first) === naive - first ? first : naive - offsetAt(first);
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
