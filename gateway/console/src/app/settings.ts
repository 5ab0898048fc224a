// What a person chose on this workstation: site, unit, theme. Kept in the browser; nothing of it is a record.
import { useSyncExternalStore } from 'react';
import { activityUnits, type ActivityUnit } from '../physics/units';

export type Theme = 'auto' | 'light' | 'dark';

/** Choices of this workstation; an empty site is every site the person may see. */
export interface Settings {
  readonly siteId: string;
  readonly unit: ActivityUnit;
  readonly theme: Theme;
}

const key = 'doseline.settings';
const listeners = new Set<() => void>();
let current = read();
apply();

function read(): Settings {
  const fresh: Settings = { siteId: '', unit: 'GBq', theme: 'auto' };
  try {
    const kept = JSON.parse(localStorage.getItem(key) ?? '{}') as Partial<Settings>;
    return { ...fresh, ...kept, unit: activityUnits.includes(kept.unit as ActivityUnit) ? (kept.unit as ActivityUnit) : fresh.unit };
  } catch {
    return fresh;
  }
}

function apply(): void {
  document.documentElement.dataset.theme = current.theme;
}

/** Changes some settings. */
export function choose(change: Partial<Settings>): void {
  current = { ...current, ...change };
  localStorage.setItem(key, JSON.stringify(current));
  apply();
  for (const each of listeners) each();
}

/** The settings as they are. */
export const useSettings = (): Settings =>
  useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, () => current);
