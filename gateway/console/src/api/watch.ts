// Live data: a stream of rows kept as a table, opened again when it breaks, closed while nobody looks.
import { create, toJsonString, type DescMessage, type DescMethodServerStreaming, type MessageInitShape, type MessageShape } from '@bufbuild/protobuf';
import { useEffect, useMemo, useState } from 'react';
import { streams } from './streams';
import { problemOf, type Problem } from './refusals';
import { listen } from './transport';

/** Rows of a stream by their id. */
export interface Watched<T> {
  readonly rows: ReadonlyMap<string, T>;
  /** False until what was there at the start has come. */
  readonly ready: boolean;
  /** Why nothing comes; null while it does. */
  readonly problem: Problem | null;
}

const firstRetryMs = 500;
const lastRetryMs = 10_000;
// What was there at the start comes without pause; this much silence means that it has all come.
const quietMs = 120;

/** Watches a stream; `take` names the id and the row of a message. null watches nothing. */
export function useWatch<I extends DescMessage, O extends DescMessage, T>(
  method: DescMethodServerStreaming<I, O>, input: MessageInitShape<I> | null, take: (message: MessageShape<O>) => readonly [string, T],
): Watched<T> {
  const key = input === null ? null : toJsonString(method.input, create(method.input, input as never) as never);
  const [state, setState] = useState<Watched<T>>({ rows: new Map(), ready: false, problem: null });
  const name = `${method.parent.typeName}/${method.name}`;

  useEffect(() => {
    if (key === null) return;
    let rows = new Map<string, T>();
    let pending = 0;
    let quiet: ReturnType<typeof setTimeout> | undefined;
    let stopped = new AbortController();
    let retryMs = firstRetryMs;
    let again: ReturnType<typeof setTimeout> | undefined;

    // Many rows may come in one frame; the screen is drawn once for all of them.
    const draw = (change: Partial<Watched<T>> = {}) => {
      cancelAnimationFrame(pending);
      pending = requestAnimationFrame(() => setState((old) => ({ ...old, rows: new Map(rows), ...change })));
    };

    const run = async (controller: AbortController) => {
      const fresh = new Map<string, T>();
      let settled = false;
      const settle = () => {
        if (settled || controller.signal.aborted) return;
        settled = true;
        // Rows of the stream before that did not come again are gone.
        rows = fresh;
        streams.set(name, 'live');
        draw({ ready: true, problem: null });
      };
      try {
        streams.set(name, 'connecting');
        const messages = await listen(method, input as MessageInitShape<I>, controller.signal);
        // Silence says that there is nothing only once the platform has taken the question: one that hangs has not.
        quiet = setTimeout(settle, quietMs * 5);
        for await (const message of messages) {
          retryMs = firstRetryMs;
          const [id, row] = take(message);
          fresh.set(id, row);
          clearTimeout(quiet);
          if (settled) draw();
          else quiet = setTimeout(settle, quietMs);
        }
        throw new Error('ended');
      } catch (fault) {
        clearTimeout(quiet);
        if (controller.signal.aborted) return;
        const problem = problemOf(fault);
        setState((old) => ({ ...old, problem }));
        // What was refused is said on the screen; nothing is shown that could be old.
        if (problem.reasons.length > 0) {
          streams.delete(name);
          return;
        }
        streams.set(name, 'broken');
        again = setTimeout(() => void run(controller), retryMs);
        retryMs = Math.min(retryMs * 2, lastRetryMs);
      }
    };

    // A browser has few connections to one host over HTTP/1.1; a hidden page must not hold them.
    const onVisibility = () => {
      stopped.abort();
      clearTimeout(again);
      if (document.hidden) {
        streams.delete(name);
        return;
      }
      stopped = new AbortController();
      void run(stopped);
    };
    onVisibility();
    document.addEventListener('visibilitychange', onVisibility);
    const forget = streams.onReopen(onVisibility);
    return () => {
      forget();
      document.removeEventListener('visibilitychange', onVisibility);
      stopped.abort();
      clearTimeout(again);
      clearTimeout(quiet);
      cancelAnimationFrame(pending);
      streams.delete(name);
    };
    // The key stands for the input.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [key, name]);

  return useMemo(() => state, [state]);
}
