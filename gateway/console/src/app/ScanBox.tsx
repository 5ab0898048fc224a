import { useState, type FormEvent } from 'react';
import { useLocation } from 'wouter';
import { ask } from './asked';
import { giveScan, useScannerKeys } from './scan';
import { texts } from '../text/en';

/** The box that takes any number of anything and goes to its story. */
export function ScanBox() {
  const [, go] = useLocation();
  const [text, setText] = useState('');
  const trace = (code: string, seen: boolean) => {
    ask({ code, seen });
    go('/trace');
  };
  useScannerKeys((code) => trace(code, false));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const code = text.trim();
    if (!code) return;
    setText('');
    (document.activeElement as HTMLElement | null)?.blur();
    if (!giveScan(code)) trace(code, true);
  };
  return (
    <form className="scan" role="search" onSubmit={submit}>
      <label className="hidden-text" htmlFor="scan">{texts.shell.scan}</label>
      <input id="scan" className="input" placeholder={texts.shell.scan} title={texts.shell.scanHint} value={text} onChange={(event) => setText(event.target.value)} autoComplete="off" spellCheck={false} enterKeyHint="search" />
    </form>
  );
}
