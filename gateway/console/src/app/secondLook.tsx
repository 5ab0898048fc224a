// Values that the platform questions before it records them: the person corrects them, or says how they are known to be right.
import { createContext, lazy, Suspense, useCallback, useContext, useRef, useState, type ReactNode } from 'react';
import type { Problem } from '../api/refusals';
import { inFront } from './front';

/** What the person says of the values that were questioned. */
export interface SaidOfValues {
  readonly fields: string[];
  readonly reason: string;
}

type Asker = (problem: Problem) => Promise<SaidOfValues | null>;

const AskerContext = createContext<Asker | null>(null);
const SecondLookDialog = lazy(() => import('./SecondLookDialog'));

/** True when a call was refused for nothing but values that are unlike what is usual. */
export const isQuestion = (problem: Problem): boolean => problem.leftOut === 0 && problem.reasons.length > 0 && problem.reasons.every((reason) => reason.code === 'VALUE_IMPLAUSIBLE');

/** Asks the person about questioned values; null when they are to be corrected. */
export function useSecondLook(): Asker {
  const asker = useContext(AskerContext);
  if (!asker) throw new Error('Nobody asks about values here.');
  return asker;
}

/** Asks about questioned values for everything inside it. */
export function SecondLookDesk({ children }: { children: ReactNode }) {
  const [problem, setProblem] = useState<Problem | null>(null);
  const settle = useRef<((said: string | null) => void) | null>(null);

  const ask = useCallback<Asker>(async (asked) => {
    const leave = inFront('second-look', false);
    const reason = await new Promise<string | null>((resolve) => {
      settle.current = resolve;
      setProblem(asked);
    });
    leave();
    setProblem(null);
    return reason === null ? null : { fields: [...new Set(asked.reasons.map((each) => each.subject))], reason };
  }, []);

  return (
    <AskerContext value={ask}>
      {children}
      {problem && <Suspense><SecondLookDialog problem={problem} done={(reason) => settle.current?.(reason)} /></Suspense>}
    </AskerContext>
  );
}
