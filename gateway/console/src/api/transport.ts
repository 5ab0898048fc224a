// One way to the services: the Connect protocol on the page's own origin. The token stays on the server; the browser holds a cookie.
import { createConnectTransport } from '@connectrpc/connect-web';
import type { DescMessage, DescMethodServerStreaming, DescMethodUnary, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import { create } from '@bufbuild/protobuf';
import { follow } from '../app/clock';

// What a page does by itself, such as asking again, must not keep a session open that nobody sits at.
const byPersonMs = 30_000;
let lastInput = performance.now();
for (const kind of ['pointerdown', 'keydown', 'wheel', 'touchmove']) addEventListener(kind, () => { lastInput = performance.now(); }, { capture: true, passive: true });

/** Header that a form or a link on another site cannot send; the gateway wants it beside the cookie. It says whether a person did it. */
export const consoleHeader = (): Record<string, string> => ({ 'X-Doseline-Console': performance.now() - lastInput < byPersonMs ? 'person' : 'background' });

/** How long a call may take before it is given up. */
const deadlineMs = 20_000;

const transport = createConnectTransport({
  baseUrl: location.origin,
  useBinaryFormat: true,
  defaultTimeoutMs: undefined,
  fetch: (input, init) => fetch(input, { ...init, credentials: 'same-origin' }),
});

/** Calls a method once; `host` names the service whose host is meant where every host answers. */
export async function call<I extends DescMessage, O extends DescMessage>(
  method: DescMethodUnary<I, O>, input: MessageInitShape<I>, signal?: AbortSignal, host = '',
): Promise<MessageShape<O>> {
  const asked = Date.now();
  const answer = await transport.unary(method, signal, deadlineMs, { ...headers(), ...(host && { 'doseline-service': host }) }, create(method.input, input as never) as never);
  const time = Date.parse(answer.header.get('x-doseline-time') ?? '');
  if (!Number.isNaN(time)) follow(time, asked);
  return answer.message;
}

/** Opens a stream; it is listened to until it ends or the signal stops it. What is given back comes when the platform has taken the call. */
export async function listen<I extends DescMessage, O extends DescMessage>(
  method: DescMethodServerStreaming<I, O>, input: MessageInitShape<I>, signal: AbortSignal,
): Promise<AsyncIterable<MessageShape<O>>> {
  async function* one() {
    yield create(method.input, input as never) as never;
  }
  // No deadline: a screen listens for as long as it is open.
  const answer = await transport.stream(method, signal, undefined, headers(), one());
  return answer.message as AsyncIterable<MessageShape<O>>;
}

// The zone a person reads times in travels with every call, so that the audit trail can show what was on the screen (A076).
function headers(): HeadersInit {
  return { ...consoleHeader(), 'doseline-zone': zoneHeader.value };
}

/** Zone of the site on screen; the session sets it. */
export const zoneHeader = { value: 'UTC' };
