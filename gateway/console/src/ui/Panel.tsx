import { useEffect, type ReactNode } from 'react';
import { texts } from '../text/en';

/** A part of a screen with its title. */
export function Panel({ title, aside, flush, children, className = '' }: { title?: ReactNode; aside?: ReactNode; flush?: boolean; children: ReactNode; className?: string }) {
  return (
    <section className={`panel ${className}`}>
      {(title || aside) && <header><h2>{title}</h2>{aside && <div className="row">{aside}</div>}</header>}
      <div className={flush ? 'panel-body flush' : 'panel-body'}>{children}</div>
    </section>
  );
}

/** A screen: its title, what can be done on it, its parts. */
export function Screen({ title, lead, actions, children }: { title: string; lead?: ReactNode; actions?: ReactNode; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · ${texts.brand}`;
  }, [title]);
  return (
    <div className="screen">
      <header>
        <div className="stack" style={{ gap: '0.15rem' }}>
          <h1 tabIndex={-1}>{title}</h1>
          {lead && <div className="soft">{lead}</div>}
        </div>
        {actions && <div className="row">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

/** Says that there is nothing, and what to do about it. */
export const Empty = ({ children }: { children: ReactNode }) => <p className="empty">{children}</p>;

/** Said while something is being read; a screen reader hears it too. */
export const Loading = () => <p className="empty" role="status">{texts.loading}</p>;

/** Names with their values. */
export function Facts({ of }: { of: readonly (readonly [name: string, value: ReactNode] | null | false)[] }) {
  return (
    <dl className="facts">
      {of.filter((each) => each !== null && each !== false).map(([name, value]) => (
        <div key={name}><dt>{name}</dt><dd>{value === '' || value === undefined || value === null ? texts.none : value}</dd></div>
      ))}
    </dl>
  );
}

export type Tone = 'ok' | 'warn' | 'stop' | 'live' | 'plain';

/** A word of state. */
export const Badge = ({ tone = 'plain', children }: { tone?: Tone; children: ReactNode }) => <span className={`badge ${tone}`}>{children}</span>;

/** A remark that belongs to what stands beside it. */
export function Note({ tone = 'plain', title, children }: { tone?: Tone; title?: ReactNode; children?: ReactNode }) {
  return <div className={`note ${tone}`}>{title && <h3>{title}</h3>}{children && <div>{children}</div>}</div>;
}
