// The console's clock. Countdowns follow the server's clock, because a workstation's may be wrong and nobody would notice.
import { useSyncExternalStore } from 'react';

let offsetMs = 0;
const listeners = new Set<() => void>();
let tick = 0;
let timer: ReturnType<typeof setInterval> | undefined;

/** Takes an instant the server named; `roundTripMs` is how long its answer took. */
export function follow(serverMs: number, roundTripMs: number): void {
  const measured = serverMs + roundTripMs / 2 - Date.now();
  // Small differences are the network's; following them would make countdowns tremble.
  if (Math.abs(measured - offsetMs) > 500) offsetMs = measured;
}

/** Now by the server's clock, in milliseconds since 1970. */
export const now = (): number => Date.now() + offsetMs;

/** How far this workstation's clock is behind the server's, in milliseconds. */
export const clockOffset = (): number => offsetMs;

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
