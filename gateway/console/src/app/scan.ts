// Scanners type very fast and end with Enter. What is scanned goes to the part of the screen that waits for it, else to the trace.
import { useEffect, useRef } from 'react';
import { useFront } from '../ui/Dialog';
import { asksForSecret, front } from './front';
import { isTyping } from './keys';

const waiting: { readonly take: (code: string) => boolean | void; readonly front: string }[] = [];
const betweenKeysMs = 40;
const shortest = 4;

/** Takes scans while the component is on screen; the one that came last is asked first. Answering false passes the scan on. */
export function useScan(take: (code: string) => boolean | void): void {
  const latest = useRef(take);
  latest.current = take;
  const here = useFront();
  useEffect(() => {
    const entry = { take: (code: string) => latest.current(code), front: here };
    waiting.push(entry);
    return () => void waiting.splice(waiting.indexOf(entry), 1);
  }, [here]);
}

/** Gives a scan to whoever waits for it in front; false when nobody does. */
export function giveScan(code: string): boolean {
  for (const each of [...waiting].reverse()) if (each.front === front() && each.take(code) !== false) return true;
  return false;
}

/** The separator between the elements of a GS1 code, ASCII 29. */
export const separator = '\u001d';

// A scanner that plays a keyboard sends the separator as Ctrl and a bracket, as Alt and the digits 029 of the number pad, or as the character itself. In none of
// these ways does a browser type it.
function useSeparator(say: (event: KeyboardEvent) => void): void {
  const latest = useRef(say);
  latest.current = say;
  useEffect(() => {
    let digits = '';
    const onKey = (event: KeyboardEvent) => {
      if (event.altKey && /^Numpad\d$/.test(event.code)) {
        digits += event.code.slice(-1);
        return;
      }
      if (event.key !== 'Alt') digits = '';
      if (event.key === separator || (event.ctrlKey && !event.altKey && !event.metaKey && (event.key === ']' || event.code === 'BracketRight'))) {
        event.preventDefault();
        latest.current(event);
      }
    };
    const onKeyUp = (event: KeyboardEvent) => {
      if (event.key !== 'Alt') return;
      if (/^0?29$/.test(digits)) {
        event.preventDefault();
        latest.current(event);
      }
      digits = '';
    };
    document.addEventListener('keydown', onKey, true);
    document.addEventListener('keyup', onKeyUp, true);
    return () => {
      document.removeEventListener('keydown', onKey, true);
      document.removeEventListener('keyup', onKeyUp, true);
    };
  }, []);
}

// Into the field that has the focus, at the caret, as if it had been typed.
function typeInto(field: HTMLInputElement | HTMLTextAreaElement): void {
  // React hears of a value only by the setter of the element itself.
  const [start, end] = [field.selectionStart ?? field.value.length, field.selectionEnd ?? field.value.length];
  const set = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), 'value')?.set;
  set?.call(field, field.value.slice(0, start) + separator + field.value.slice(end));
  field.setSelectionRange(start + 1, start + 1);
  field.dispatchEvent(new Event('input', { bubbles: true }));
}

/** Hears scans that are made while no field has the focus, and types the separator of GS1 codes into the field that has it. */
export function useScannerKeys(unclaimed: (code: string) => void): void {
  const latest = useRef(unclaimed);
  latest.current = unclaimed;
  const typed = useRef('');
  const last = useRef(0);
  useSeparator((event) => {
    const field = event.target;
    if (field instanceof HTMLTextAreaElement || (field instanceof HTMLInputElement && ['text', 'search'].includes(field.type))) typeInto(field);
    else if (!isTyping(field) && !asksForSecret()) {
      typed.current += separator;
      last.current = event.timeStamp;
    }
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      // What is typed while a password is asked for may be a part of it, wherever the focus is.
      if (asksForSecret()) {
        typed.current = '';
        return;
      }
      if (isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey || event.key === separator) return;
      if (event.key.length === 1 && event.timeStamp - last.current > betweenKeysMs) typed.current = '';
      if (event.key === 'Enter' || event.key === 'Tab') {
        if (typed.current.length >= shortest && event.timeStamp - last.current <= betweenKeysMs) {
          // Enter would also press the button that has the focus, and Tab leave it.
          event.preventDefault();
          const code = typed.current;
          typed.current = '';
          if (!giveScan(code) && front() === '') latest.current(code);
        }
        typed.current = '';
      } else if (event.key.length === 1) {
        typed.current += event.key;
        last.current = event.timeStamp;
      }
    };
    document.addEventListener('keydown', onKey, true);
    return () => document.removeEventListener('keydown', onKey, true);
  }, []);
}
