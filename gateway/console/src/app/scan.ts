// Scanners type very fast and end with Enter. What is scanned goes to the part of the screen that waits for it, else to the trace.
import { useEffect, useRef } from 'react';
import { isTyping } from './keys';

const waiting: ((code: string) => boolean | void)[] = [];
const betweenKeysMs = 40;
const shortest = 4;

/** Takes scans while the component is on screen; the one that came last is asked first. Answering false passes the scan on. */
export function useScan(take: (code: string) => boolean | void): void {
  const latest = useRef(take);
  latest.current = take;
  useEffect(() => {
    const entry = (code: string) => latest.current(code);
    waiting.push(entry);
    return () => void waiting.splice(waiting.indexOf(entry), 1);
  }, []);
}

/** Gives a scan to whoever waits for it; false when nobody does. */
export function giveScan(code: string): boolean {
  for (const take of [...waiting].reverse()) if (take(code) !== false) return true;
  return false;
}

/** Hears scans that are made while no field has the focus. */
export function useScannerKeys(unclaimed: (code: string) => void): void {
  const latest = useRef(unclaimed);
  latest.current = unclaimed;
  useEffect(() => {
    let typed = '';
    let last = 0;
    const onKey = (event: KeyboardEvent) => {
      if (isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.timeStamp - last > betweenKeysMs) typed = '';
      last = event.timeStamp;
      if (event.key === 'Enter') {
        if (typed.length >= shortest) {
          // Enter would also press the button that has the focus.
          event.preventDefault();
          if (!giveScan(typed)) latest.current(typed);
        }
        typed = '';
      } else if (event.key.length === 1) {
        typed += event.key;
      }
    };
    document.addEventListener('keydown', onKey, true);
    return () => document.removeEventListener('keydown', onKey, true);
  }, []);
}
