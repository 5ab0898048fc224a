// How the live streams of the page stand, for the sign in the bar that says whether what one sees is current.
import { useSyncExternalStore } from 'react';

export type StreamState = 'connecting' | 'live' | 'broken';

const states = new Map<string, StreamState>();
// A stream that is being opened again has been broken since it first broke.
const broken = new Map<string, number>();
const listeners = new Set<() => void>();
const reopeners = new Set<() => void>();
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
    if (state === 'live') broken.delete(name);
    else if (state === 'broken' && !broken.has(name)) broken.set(name, Date.now());
    states.set(name, state);
    tell();
  },
  delete(name: string) {
    broken.delete(name);
    states.delete(name);
    tell();
  },
  /** Instant since which some stream brings nothing, by this workstation's clock; null while all do. */
  brokenSince: (): number | null => (broken.size === 0 ? null : Math.min(...broken.values())),
  /** Calls back when streams should be opened anew, until the function it gives back is called. */
  onReopen(open: () => void): () => void {
    reopeners.add(open);
    return () => void reopeners.delete(open);
  },
  reopen() {
    for (const each of [...reopeners]) each();
  },
};

/** The worst state of any stream; none when the screen has no live data. */
export const useStreams = (): StreamState | 'none' =>
  useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, () => summary);
