// Electronic signatures in place: where a method demands one, its person is asked for the password beside what is signed.
import { createContext, lazy, Suspense, useCallback, useContext, useRef, useState, type ReactNode } from 'react';
import type { DescMessage, DescMethodUnary, MessageInitShape } from '@bufbuild/protobuf';
import { needsSignature } from '../api/policy';
import { inFront } from './front';

/** A request that waits for its signatures. */
export interface SigningTask {
  readonly method: DescMethodUnary;
  readonly input: object;
}

/** Signatures of a request. */
export interface Signatures {
  readonly signature: string;
  readonly secondSignature?: string;
}

type Signer = <I extends DescMessage>(method: DescMethodUnary<I>, input: MessageInitShape<I>, asked: boolean) => Promise<MessageInitShape<I> | null>;

const SignerContext = createContext<Signer | null>(null);
const SignDialog = lazy(() => import('./SignDialog'));

/** Gives back the request with its signatures, as it is where none is needed, or null when the person did not sign. */
export function useSigner(): Signer {
  const signer = useContext(SignerContext);
  if (!signer) throw new Error('Nobody asks for signatures here.');
  return signer;
}

/** Asks for signatures for everything inside it. */
export function SigningDesk({ children }: { children: ReactNode }) {
  const [task, setTask] = useState<SigningTask | null>(null);
  const settle = useRef<((signatures: Signatures | null) => void) | null>(null);

  const sign = useCallback<Signer>(async (method, input, asked) => {
    if (!needsSignature(method, asked)) return input;
    // Whoever knows what comes begins to type before the dialog is there.
    const leave = inFront('signature', true);
    const signatures = await new Promise<Signatures | null>((resolve) => {
      settle.current = resolve;
      setTask({ method: method as unknown as DescMethodUnary, input: input as object });
    });
    leave();
    setTask(null);
    return signatures === null ? null : ({ ...(input as object), ...signatures } as unknown as typeof input);
  }, []);

  return (
    <SignerContext value={sign}>
      {children}
      {task && <Suspense><SignDialog task={task} done={(signatures) => settle.current?.(signatures)} /></Suspense>}
    </SignerContext>
  );
}
