// Whether what the page shows is what the platform says now: one heartbeat for every screen, with the streams and the reads that stopped answering.
import { useSyncExternalStore } from 'react';
import { queries } from './query';
import { problemOf } from './refusals';
import { streams } from './streams';

/** How often the platform is asked whether it is there, and how long it may take over the answer. */
export const beatMs = 3_000;
export const beatPatienceMs = 4_000;

/** What was confirmed last longer ago than this is withdrawn. */
const staleAfterMs = 10_000;
// A silence that a person should know of before anything is withdrawn.
const quietAfterMs = beatMs + beatPatienceMs + 500;
const askAgainMs = 10_000;

/** How fresh the page is. */
export interface Freshness {
  /** `live`: all is as the platform says now. `quiet`: an answer is late. `stale`: what is shown may have changed, and is withdrawn. */
  readonly state: 'live' | 'quiet' | 'stale';
  /** Instant by this workstation's clock at which everything shown was last known to be so. */
  readonly since: number;
}

const listeners = new Set<() => void>();
const returns = new Set<() => void>();
let heardAt = Date.now();
let askedAgainAt = 0;
let current: Freshness = { state: 'live', since: heardAt };

/** Notes that the platform answered. */
export function heard(): void {
  const silent = Date.now() - heardAt;
  heardAt = Date.now();
  if (silent < staleAfterMs) return;
  // It was away: whatever stands on the screen is asked again, and streams are opened anew.
  void queries.invalidateQueries();
  streams.reopen();
  for (const each of [...returns]) each();
  look();
}

/** Calls back when the platform answers again after it was away, until the function it gives back is called. */
export function onReturn(act: () => void): () => void {
  returns.add(act);
  return () => void returns.delete(act);
}

/** Instant of the last answer, by this workstation's clock. */
export const lastHeard = (): number => heardAt;

// Reads on the screen that are repeated in vain: what they show is as old as their last answer.
function failingReads() {
  return queries.getQueryCache().findAll({ type: 'active' }).filter(({ state }) => state.data !== undefined && state.error !== null && problemOf(state.error).uncertain);
}

function look(): void {
  const now = Date.now();
  const failing = failingReads();
  if (failing.length > 0 && now - askedAgainAt > askAgainMs) {
    askedAgainAt = now;
    for (const each of failing) void queries.refetchQueries({ queryKey: each.queryKey, exact: true });
  }
  const since = Math.min(heardAt, streams.brokenSince() ?? now, ...failing.map((each) => each.state.dataUpdatedAt));
  const state = now - since > staleAfterMs ? 'stale' : now - since > quietAfterMs ? 'quiet' : 'live';
  // While all is well the instant moves with every answer, and nobody draws it.
  if (state === current.state && (state === 'live' || since === current.since)) return;
  current = { state, since };
  for (const each of listeners) each();
}

let timer: ReturnType<typeof setInterval> | undefined;

/** How fresh the page is, from now on. */
export const useFreshness = (): Freshness =>
  useSyncExternalStore((listener) => {
    listeners.add(listener);
    timer ??= setInterval(look, 1000);
    return () => {
      listeners.delete(listener);
      if (listeners.size > 0) return;
      clearInterval(timer);
      timer = undefined;
    };
  }, () => current);
