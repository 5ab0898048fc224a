// A scale of time for drawings: instants to pixels, and where its marks stand in a zone.
import { clockText, dateText, dayText } from '../physics/time';

/** A span of time drawn over a width. */
export interface TimeScale {
  readonly from: number;
  readonly until: number;
  readonly width: number;
  /** Pixels from the left of an instant; outside the span it is outside the drawing. */
  x(ms: number): number;
}

/** Makes a scale. */
export const timeScale = (from: number, until: number, width: number): TimeScale => ({
  from, until, width, x: (ms) => ((ms - from) / (until - from)) * width,
});

/** A mark of a scale. */
export interface Mark {
  readonly at: number;
  readonly text: string;
  /** True where a day begins. */
  readonly day: boolean;
}

const hour = 3_600_000;
const steps = [hour / 4, hour / 2, hour, 2 * hour, 3 * hour, 6 * hour, 12 * hour, 24 * hour, 48 * hour];

/** Marks at round hours of a zone, no closer than so many pixels. */
export function marksOf(scale: TimeScale, zone: string, apart = 64): Mark[] {
  const most = Math.max(1, scale.width / apart);
  const step = steps.find((each) => (scale.until - scale.from) / each <= most) ?? 96 * hour;
  const marks: Mark[] = [];
  // Zones are a whole number of quarter hours from UTC; walking quarter hours finds local midnight in all of them.
  for (let at = Math.ceil(scale.from / (hour / 4)) * (hour / 4); at <= scale.until; at += hour / 4) {
    const clock = clockText(at, zone);
    const ofDay = Number(clock.slice(0, 2)) * hour + Number(clock.slice(3)) * 60_000;
    const whole = step >= 24 * hour ? Math.floor(Date.parse(dateText(at, zone)) / 86_400_000) % (step / (24 * hour)) === 0 : true;
    if (ofDay % Math.min(step, 24 * hour) === 0 && whole) marks.push({ at, text: ofDay === 0 ? dayText(at, zone) : clock, day: ofDay === 0 });
  }
  // The name of a day is longer than an hour's; what would stand in it is left without text.
  const dayWidth = 74;
  return marks.map((mark, i) => {
    const before = marks[i - 1];
    return before?.day && !mark.day && scale.x(mark.at) - scale.x(before.at) < dayWidth + 18 ? { ...mark, text: '' } : mark;
  });
}
