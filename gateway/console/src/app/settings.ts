// What a person chose on this workstation: site, unit, theme, density. Kept in the browser; nothing of it is a record.
import { useSyncExternalStore } from 'react';
import { unitChoices, type UnitChoice } from '../physics/units';

export type Theme = 'auto' | 'light' | 'dark';

/** How much stands on a screen: `roomy` for gloves and arm's length, `dense` for a desk. */
export type Density = 'roomy' | 'dense';

/** Choices of this workstation; an empty site is every site the person may see. */
export interface Settings {
  readonly siteId: string;
  readonly unit: UnitChoice;
  readonly theme: Theme;
  readonly density: Density;
}

const key = 'doseline.settings';
const listeners = new Set<() => void>();
let current = read();
apply();

function read(): Settings {
  const fresh: Settings = { siteId: '', unit: 'natural', theme: 'auto', density: 'roomy' };
  try {
    const kept = JSON.parse(localStorage.getItem(key) ?? '{}') as Partial<Settings>;
    return { ...fresh, ...kept, unit: unitChoices.includes(kept.unit as UnitChoice) ? (kept.unit as UnitChoice) : fresh.unit };
  } catch {
    return fresh;
  }
}

function apply(): void {
  document.documentElement.dataset.theme = current.theme;
  document.documentElement.dataset.density = current.density;
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
