// Changes: safe to repeat, signed where the method demands it, refused with every reason.
import { create, toJsonString, type DescMessage, type DescMethodUnary, type MessageInitShape, type MessageShape } from '@bufbuild/protobuf';
import { useCallback, useRef, useState } from 'react';
import { isQuestion, useSecondLook, type SaidOfValues } from '../app/secondLook';
import { useSigner } from '../app/signing';
import { changed } from './query';
import { problemOf, type Problem } from './refusals';
import { call } from './transport';

/** A read that hangs does not hold up the person for longer. */
const readAgainMsMax = 2_000;

/** A change a person can make. */
export interface Action<I, O> {
  /** Makes it; the answer, or null when it was refused (then `problem` says why) or not signed. `asked`: the record asks for a signature. */
  run(input: I, options?: { asked?: boolean }): Promise<O | null>;
  readonly busy: boolean;
  readonly problem: Problem | null;
  clear(): void;
}

/** An id that makes one intention recognisable however often it is sent. */
export function newRequestId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

type Requested<I extends DescMessage> = Omit<MessageInitShape<I>, 'requestId' | '$typeName'> & { signature?: never };

/** Makes an action of a method. Reads of its service, and of those named, are asked again after it. */
export function useAction<I extends DescMessage, O extends DescMessage>(
  method: DescMethodUnary<I, O>, ...alsoChanged: string[]
): Action<Requested<I>, MessageShape<O>> {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  // The id of an intention whose outcome is not known: sending the same again must not do it twice.
  const unsettled = useRef<{ key: string; id: string; signed?: MessageInitShape<I> } | null>(null);
  const sign = useSigner();
  const lookAgain = useSecondLook();

  const run = useCallback(async (given: Requested<I>, options: { asked?: boolean } = {}) => {
    setBusy(true);
    setProblem(null);
    try {
      for (let said: SaidOfValues | null = null; ;) {
        const input = said ? { ...given, secondLook: said } : given;
        const key = toJsonString(method.input, create(method.input, input as never) as never);
        const intention: NonNullable<typeof unsettled.current> = unsettled.current?.key === key ? unsettled.current : { key, id: newRequestId() };
        unsettled.current = intention;
        try {
          // What was signed is sent again as it was: another signature would be another request.
          const signed = intention.signed ?? await sign(method, { ...(input as object), requestId: intention.id } as unknown as MessageInitShape<I>, options.asked ?? false);
          if (signed === null) return null;
          intention.signed = signed;
          const answer = await call(method, signed);
          unsettled.current = null;
          // What is shown is read again before the next change can be made of it, which would otherwise carry the version before this one.
          await Promise.race([changed(method.parent.typeName, ...alsoChanged), new Promise((resolve) => setTimeout(resolve, readAgainMsMax))]);
          return answer;
        } catch (fault) {
          const found = problemOf(fault);
          if (!found.uncertain) unsettled.current = null;
          // A value that is questioned is sent again, with what the person says of it, or goes back to the form to be corrected.
          said = isQuestion(found) ? await lookAgain(found) : null;
          if (said) continue;
          setProblem(found);
          return null;
        }
      }
    } finally {
      setBusy(false);
    }
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [method, sign, lookAgain]);

  return { run, busy, problem, clear: useCallback(() => setProblem(null), []) };
}
