import type { Problem } from '../api/refusals';
import { now } from '../app/clock';
import { useSession } from '../app/session';
import { useSettings } from '../app/settings';
import { activityText, numberText, percentText } from '../physics/units';
import { momentText, spanText } from '../physics/time';
import { words, texts } from '../text/en';

/** Everything a refusal says: each reason with its numbers, and the nearest alternative where there is one. */
export function Refusals({ problem, title, actions }: { problem: Problem | null; title?: string; actions?: React.ReactNode }) {
  const value = useValueText();
  if (!problem) return null;
  return (
    <div className="note stop refusals fade-in" role="alert">
      <h3>{title ?? (problem.reasons.length > 0 ? texts.problem.refused : texts.problem.failed)}</h3>
      {problem.reasons.length === 0 && <p>{problem.message}</p>}
      {problem.uncertain && <p>{texts.problem.repeat}</p>}
      <ul>
        {problem.reasons.map((reason, i) => {
          const numbers = Object.entries(reason.numbers);
          // The same instant said twice, once as people read it there, is said once.
          const nearest = numbers.filter(([key]) => isAlternative(key) && !(key.endsWith('_local') && reason.numbers[key.replace(/_local$/, '_time')]));
          const rest = numbers.filter(([key]) => !isAlternative(key));
          return (
            <li key={i} data-code={reason.code}>
              <p>{plainly(reason.message)}</p>
              <code title={reason.subject}>{reason.code}</code>
              {rest.length > 0 && <dl>{rest.map(([key, text]) => <div key={key}><dt>{words(key)}</dt><dd className="figure">{value(key, text, reason.numbers.nuclide)}</dd></div>)}</dl>}
              {nearest.length > 0 && (
                <p className="alternative">{texts.problem.alternative}: {nearest.map(([key, text]) => `${words(key).replace(/^(nearest|alternative|next) /, '')} ${value(key, text, reason.numbers.nuclide)}`).join(' · ')}</p>
              )}
            </li>
          );
        })}
      </ul>
      {problem.leftOut > 0 && <p>{texts.problem.leftOut(problem.leftOut)}</p>}
      {actions && <div className="row" style={{ marginTop: '0.75rem' }}>{actions}</div>}
    </div>
  );
}

/** A sentence of the platform without the names that only its makers use: fields in words, identifiers short, values as people say them. */
export function plainly(message: string): string {
  return message
    .replace(/\b[a-z]+\/([0-9a-hjkmnp-tv-z]{26}[0-9a-z*~$=])/g, (_, id: string) => `${id.slice(0, 10)}…`)
    .replace(/\b[0-9a-hjkmnp-tv-z]{26}[0-9a-z*~$=]/g, (id) => `${id.slice(0, 10)}…`)
    .replace(/\b[a-z]+(?:_[a-z0-9]+)+\b/g, (name) => words(name))
    .replace(/\btrue\b/g, texts.yes.toLowerCase()).replace(/\bfalse\b/g, texts.no.toLowerCase());
}

const isAlternative = (key: string) => /^(nearest|alternative|next|suggested|feasible)/.test(key);

// Keys end in their unit; a person reads the value in the unit and zone on the screen.
function useValueText(): (key: string, text: string, nuclide: string | undefined) => string {
  const { unit } = useSettings();
  const { zone } = useSession();
  return (key, text, nuclide) => {
    const number = Number(text);
    if (/_bq$/.test(key) && Number.isFinite(number)) return activityText(number, unit, nuclide);
    if (/_fraction$/.test(key) && Number.isFinite(number)) return percentText(number);
    if (/_ml$/.test(key) && Number.isFinite(number)) return `${numberText(number, 4)} mL`;
    if (/_nsv_per_hour$/.test(key) && Number.isFinite(number)) return `${numberText(number / 1000, 4)} µSv/h`;
    if (key === 'measure') return words(text);
    if (/_seconds$/.test(key) && Number.isFinite(number)) return spanText(number * 1000);
    if (/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text)) return momentText(Date.parse(text), zone, now());
    if (text !== '' && Number.isFinite(number) && !/(_id|_code|_number|version|count)$/.test(key)) return numberText(number, 6);
    if (text === 'true' || text === 'false') return text === 'true' ? texts.yes : texts.no;
    if (/^[0-9a-hjkmnp-tv-z]{26}./.test(text)) return `${text.slice(0, 10)}…`;
    // A list without spaces has no place to break a line.
    return text.replace(/,(?=\S)/g, ', ');
  };
}
