// Zones are read by the platform's release of the zone database, not by the browser's: the same instant is the same time of day on screen, label and paper.
import { useSyncExternalStore } from 'react';
import { call } from '../api/transport';
import { SystemService } from '../generated/doseline/operations/v1/system_pb';
import { millis, offsetName, takeZone, zonesWanted } from '../physics/time';

const againMs = 10_000;

let release = '';
let taken = 0;
const listeners = new Set<() => void>();

async function load(zone: string): Promise<void> {
  try {
    const answer = await call(SystemService.method.getZone, { zone });
    takeZone(zone, answer.spans.map((span) => {
      const offsetMs = Number(span.utcOffset?.seconds ?? 0n) * 1000;
      return { from: millis(span.startTime) ?? -Infinity, offsetMs, name: /^[+-]/.test(span.abbreviation) ? offsetName(offsetMs) : span.abbreviation };
    }));
    release = answer.zoneDataVersion;
    taken++;
    for (const each of listeners) each();
  } catch {
    setTimeout(() => void load(zone), againMs);
  }
}

let begun = false;

/** Asks for the rules of every zone in which something is read; only when somebody is signed in, for nobody else is answered. */
export function askForZones(): void {
  if (begun) return;
  begun = true;
  zonesWanted((zone) => void load(zone));
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

/** How many zones are read by the platform's rules; whoever uses it is drawn again when there is another. */
export const useZonesTaken = (): number => useSyncExternalStore(subscribe, () => taken);

/** Release of the zone database by which times on screen are read; empty until it is known. */
export const useZoneRelease = (): string => useSyncExternalStore(subscribe, () => release);
