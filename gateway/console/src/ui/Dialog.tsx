import { createContext, useContext, useEffect, useId, useRef, type FormEvent, type ReactNode } from 'react';
import { inFront } from '../app/front';
import { texts } from '../text/en';
import { Withdrawn } from './Withdrawn';

const fields = '.dialog-body :is(input, select, textarea):not(:disabled, [readonly], [type=hidden])';

const Front = createContext('');

/** The dialog that something stands in; empty on the screen itself. */
export const useFront = (): string => useContext(Front);

interface Props {
  title: string;
  onClose(): void;
  onSubmit?: () => void;
  foot: ReactNode;
  children: ReactNode;
  /** A password is asked for: nothing on the page listens to keys while it is open. */
  secret?: boolean;
}

/**
 * A question in front of everything else. Escape closes it; the browser keeps the focus inside, and nothing behind it hears a key or a scan. The focus goes
 * where the person types first, also when that comes later than the dialog.
 */
export function Dialog({ title, onClose, onSubmit, foot, children, secret = false }: Props) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = ref.current!;
    const leave = inFront(id, secret);
    if (!dialog.open) dialog.showModal();
    // Until there is something to type into, keys go nowhere; least of all to the button that closes.
    dialog.focus();
    const begin = () => {
      const field = dialog.querySelector<HTMLElement>(fields);
      // Whoever went on meanwhile is not called back.
      if (field && document.activeElement === dialog) field.focus();
      return field !== null;
    };
    const watch = new MutationObserver(() => begin() && watch.disconnect());
    if (!begin()) watch.observe(dialog, { childList: true, subtree: true });
    return () => {
      watch.disconnect();
      leave();
      dialog.close();
    };
  }, [id, secret]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit?.();
  };
  return (
    <dialog ref={ref} className="dialog" tabIndex={-1} aria-labelledby={id} onCancel={(event) => { event.preventDefault(); onClose(); }}>
      <Front value={id}>
        <form onSubmit={submit} noValidate>
          <div className="dialog-head">
            <h2 id={id}>{title}</h2>
            <button type="button" className="button quiet small" onClick={onClose}>{texts.close}</button>
          </div>
          <div className="dialog-body"><Withdrawn />{children}</div>
          <div className="dialog-foot">{foot}</div>
        </form>
      </Front>
    </dialog>
  );
}
