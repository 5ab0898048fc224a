// The number that was scanned or typed last, for the trace. It stays out of addresses until the platform has said whose it is: an address is kept in
// histories and logs, and what somebody typed into the wrong place may be a password.
import { useSyncExternalStore } from 'react';

/** A number that is looked for. */
export interface Asked {
  readonly code: string;
  /** True when the person sees it in the box where it was typed; a scan is not repeated on the screen. */
  readonly seen: boolean;
}

let current: Asked | null = null;
const listeners = new Set<() => void>();

/** Asks for a number, or for none. */
export function ask(asked: Asked | null): void {
  current = asked;
  for (const each of listeners) each();
}

/** The number that is asked for. */
export const useAsked = (): Asked | null =>
  useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, () => current);
