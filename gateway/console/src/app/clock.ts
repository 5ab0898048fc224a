// The console's clock. Countdowns follow the server's clock, because a workstation's may be wrong and nobody would notice.
import { useState, useSyncExternalStore } from 'react';
import { instantOf, localText } from '../physics/time';

let offsetMs = -Infinity;
const listeners = new Set<() => void>();
let tick = 0;
let timer: ReturnType<typeof setInterval> | undefined;

/**
 * Takes an instant that an answer named; `askedMs` is when this workstation's clock showed it was asked. The platform's clock shows at least that
 * instant now. Taking the least it can show, `now` is never in the platform's future, and never before anything the platform has answered: what a
 * person says was done "now" is refused neither as too early nor as too late.
 */
export function follow(serverMs: number, askedMs: number): void {
  const [least, most] = [serverMs - Date.now(), serverMs - askedMs];
  // Further ahead than can be: this workstation's clock was set.
  if (least > offsetMs || most < offsetMs) offsetMs = least;
}

/** The instant a person means who typed a local time: the minute that is on the clock means now, for its start may lie before what it follows. */
export function meant(local: string, zone: string): number | null {
  const at = instantOf(local, zone);
  return at !== null && at <= now() && now() - at < 60_000 ? now() : at;
}

/** Now by the server's clock, in milliseconds since 1970. */
export const now = (): number => Date.now() + (Number.isFinite(offsetMs) ? offsetMs : 0);

/** How far this workstation's clock is behind the server's, in milliseconds. */
export const clockOffset = (): number => now() - Date.now();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    tick = Math.floor(now() / 1000);
    for (const each of listeners) each();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** Now, refreshed every so many seconds; everything on screen ticks together. */
export function useNow(everySeconds = 1): number {
  const seconds = useSyncExternalStore(subscribe, () => {
    if (tick === 0) tick = Math.floor(now() / 1000);
    return Math.floor(tick / everySeconds) * everySeconds;
  });
  return seconds * 1000;
}

/** A local time that is now until somebody types another: a form that was open for a while does not say when it was opened. */
export function useTime(zone: string): { text: string; type(text: string): void; meant(): number | null } {
  const clock = useNow();
  const [typed, type] = useState<string | null>(null);
  return { text: typed ?? localText(clock, zone), type, meant: () => typed === null ? now() : meant(typed, zone) };
}
