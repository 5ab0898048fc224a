import type { Problem } from '../api/refusals';
import { useSession } from '../app/session';
import { useSettings } from '../app/settings';
import { activityText, numberText, percentText } from '../physics/units';
import { instantText, spanText } from '../physics/time';
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
              <p>{reason.message}</p>
              <code>{reason.code}</code> <span className="small soft">{reason.subject}</span>
              {rest.length > 0 && <dl>{rest.map(([key, text]) => <div key={key}><dt>{words(key)}</dt><dd className="figure">{value(key, text)}</dd></div>)}</dl>}
              {nearest.length > 0 && (
                <p className="alternative">{texts.problem.alternative}: {nearest.map(([key, text]) => `${words(key).replace(/^(nearest|alternative|next) /, '')} ${value(key, text)}`).join(' · ')}</p>
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

const isAlternative = (key: string) => /^(nearest|alternative|next|suggested|feasible)/.test(key);

// Keys end in their unit; a person reads the value in the unit and zone on the screen.
function useValueText(): (key: string, text: string) => string {
  const { unit } = useSettings();
  const { zone } = useSession();
  return (key, text) => {
    const number = Number(text);
    if (/_bq$/.test(key) && Number.isFinite(number)) return activityText(number, unit);
    if (/_fraction$/.test(key) && Number.isFinite(number)) return percentText(number);
    if (/_seconds$/.test(key) && Number.isFinite(number)) return spanText(number * 1000);
    if (/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text)) return instantText(Date.parse(text), zone);
    if (text !== '' && Number.isFinite(number) && !/(_id|_code|_number|version|count)$/.test(key)) return numberText(number, 6);
    // A list without spaces has no place to break a line.
    return text.replace(/,(?=\S)/g, ', ');
  };
}
