// How the live streams of the page stand, for the sign in the bar that says whether what one sees is current.
import { useSyncExternalStore } from 'react';

export type StreamState = 'connecting' | 'live' | 'broken';

const states = new Map<string, StreamState>();
const listeners = new Set<() => void>();
let summary: StreamState | 'none' = 'none';

function tell(): void {
  const all = [...states.values()];
  const next = all.length === 0 ? 'none' : all.includes('broken') ? 'broken' : all.includes('connecting') ? 'connecting' : 'live';
  if (next === summary) return;
  summary = next;
  for (const each of listeners) each();
}

/** States of the page's streams. */
export const streams = {
  set(name: string, state: StreamState) {
    states.set(name, state);
    tell();
  },
  delete(name: string) {
    states.delete(name);
    tell();
  },
};

/** The worst state of any stream; none when the screen has no live data. */
export const useStreams = (): StreamState | 'none' =>
  useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, () => summary);
