import type { ButtonHTMLAttributes, ReactNode } from 'react';
import { useId } from 'react';
import type { DescMethod } from '@bufbuild/protobuf';
import { mayCall, rolesOf } from '../api/policy';
import { useSession } from '../app/session';
import { roleText, texts } from '../text/en';

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  kind?: 'primary' | 'danger' | 'quiet';
  size?: 'large' | 'small';
  /** The change it makes: a person whose roles may not make it sees why instead of trying. */
  for?: DescMethod;
  /** Why it cannot be pressed now; null when it can. */
  why?: string | null;
  busy?: boolean;
  children: ReactNode;
}

/** A button. One that cannot be pressed stays reachable and says why. */
export function Button({ kind, size, for: method, why, busy, children, className = '', onClick, type = 'button', ...rest }: Props) {
  const { roles } = useSession();
  const id = useId();
  const missing = method && !mayCall(method, roles) ? texts.needsRole(rolesOf(method).map(roleText)) : null;
  const reason = missing ?? why ?? null;
  return (
    <>
      <button
        {...rest} type={type} className={['button', kind, size, className].filter(Boolean).join(' ')}
        aria-disabled={reason !== null || busy || undefined} aria-describedby={reason ? id : rest['aria-describedby']} title={reason ?? rest.title}
        onClick={(event) => {
          if (reason !== null || busy) event.preventDefault();
          else onClick?.(event);
        }}
      >
        {busy ? texts.busy : children}
      </button>
      {reason && <span id={id} className="hidden-text">{reason}</span>}
    </>
  );
}
