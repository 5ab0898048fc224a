import { useEffect, useId, useRef, type FormEvent, type ReactNode } from 'react';
import { texts } from '../text/en';

/** A question in front of everything else. Escape closes it; the browser keeps the focus inside. */
export function Dialog({ title, onClose, onSubmit, foot, children }: { title: string; onClose(): void; onSubmit?: () => void; foot: ReactNode; children: ReactNode }) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = ref.current!;
    if (!dialog.open) dialog.showModal();
    dialog.querySelector<HTMLElement>('.dialog-body input, .dialog-body select, .dialog-body textarea')?.focus();
    return () => dialog.close();
  }, []);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit?.();
  };
  return (
    <dialog ref={ref} className="dialog" aria-labelledby={id} onCancel={(event) => { event.preventDefault(); onClose(); }}>
      <form onSubmit={submit} noValidate>
        <div className="dialog-head">
          <h2 id={id}>{title}</h2>
          <button type="button" className="button quiet small" onClick={onClose}>{texts.close}</button>
        </div>
        <div className="dialog-body">{children}</div>
        <div className="dialog-foot">{foot}</div>
      </form>
    </dialog>
  );
}
