import { createContext, useCallback, useContext, useState, type ReactNode } from 'react';

const ToastContext = createContext<(text: string) => void>(() => {});
const shownMs = 5000;

/** Says briefly that something was done. What went wrong is never said here, for it would go away. */
export const useToast = () => useContext(ToastContext);

/** Shows toasts for everything inside it. */
export function Toasts({ children }: { children: ReactNode }) {
  const [shown, setShown] = useState<readonly { id: number; text: string }[]>([]);
  const say = useCallback((text: string) => {
    const id = performance.now();
    setShown((all) => [...all.slice(-2), { id, text }]);
    setTimeout(() => setShown((all) => all.filter((each) => each.id !== id)), shownMs);
  }, []);
  return (
    <ToastContext value={say}>
      {children}
      <div className="toasts" role="status" aria-live="polite">{shown.map((each) => <div key={each.id} className="fade-in">{each.text}</div>)}</div>
    </ToastContext>
  );
}
