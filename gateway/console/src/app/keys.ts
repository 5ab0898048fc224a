// Keys that work everywhere: "/" goes to the scan box, "?" helps, "g" and a letter to a screen.
import { useEffect } from 'react';
import { useLocation } from 'wouter';
import type { ScreenEntry } from './screen';

const chordMs = 1_500;

/** True while somebody types into something. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName));
}

/** Listens for the keys. */
export function useKeys(screens: readonly ScreenEntry[], help: () => void): void {
  const [, go] = useLocation();
  useEffect(() => {
    let chordUntil = 0;
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || document.querySelector('dialog[open]')) return;
      if (event.key === '/') {
        event.preventDefault();
        document.getElementById('scan')?.focus();
      } else if (event.key === '?') {
        event.preventDefault();
        help();
      } else if (event.key === 'g') {
        chordUntil = event.timeStamp + chordMs;
      } else if (event.timeStamp < chordUntil) {
        chordUntil = 0;
        const screen = screens.find((each) => each.key === event.key);
        if (screen) go(screen.path);
      }
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [go, help, screens]);
}
