import { useId, type KeyboardEvent, type ReactNode } from 'react';

/** Parts of a screen, one at a time; arrow keys go from one to the next. */
export function Tabs<T extends string>({ label, value, onChange, options, children }: { label: string; value: T; onChange(value: T): void; options: readonly (readonly [value: T, text: ReactNode])[]; children: ReactNode }) {
  const id = useId();
  const onKey = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    const index = options.findIndex(([each]) => each === value);
    const next = options[(index + step + options.length) % options.length]!;
    onChange(next[0]);
    document.getElementById(`${id}-${next[0]}`)?.focus();
  };
  return (
    <>
      <div className="tabs" role="tablist" aria-label={label} onKeyDown={onKey}>
        {options.map(([each, text]) => (
          <button key={each} id={`${id}-${each}`} type="button" role="tab" aria-selected={each === value} aria-controls={`${id}-panel`} tabIndex={each === value ? 0 : -1} onClick={() => onChange(each)}>{text}</button>
        ))}
      </div>
      <div id={`${id}-panel`} role="tabpanel" aria-labelledby={`${id}-${value}`} className="stack">{children}</div>
    </>
  );
}
