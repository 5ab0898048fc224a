import { Link } from 'wouter';
import { traceTexts as t } from '../../text/trace';
import type { Story, Thing, ThingKind } from './story';

const stages: readonly { readonly id: keyof typeof t.stages; readonly kinds: readonly ThingKind[] }[] = [
  { id: 'lot', kinds: ['lot'] }, { id: 'batch', kinds: ['batch'] }, { id: 'dose', kinds: ['dose', 'label'] }, { id: 'package', kinds: ['package'] }, { id: 'order', kinds: ['order'] }, { id: 'waste', kinds: ['waste', 'container'] },
];

/** The way from material to patient and waste; every stop leads to its own story. */
export function Chain({ story, at }: { story: Story; at: string }) {
  return (
    <ol className="chain">
      {stages.map((stage) => {
        const things = story.of(...stage.kinds);
        return (
          <li key={stage.id} className={things.length === 0 ? 'none' : undefined}>
            <h3>{t.stages[stage.id]}{things.length > 1 && <span className="soft"> ({things.length})</span>}</h3>
            {things.length === 0 && <p className="soft small">{t.nothingYet}</p>}
            <ul>{things.map((thing) => <Stop key={thing.id} thing={thing} here={thing.id === at} />)}</ul>
          </li>
        );
      })}
    </ol>
  );
}

function Stop({ thing, here }: { thing: Thing; here: boolean }) {
  return (
    <li>
      <Link href={`/trace/${thing.id}`} aria-current={here ? 'true' : undefined}>
        <span className="small soft">{t.kinds[thing.kind]}</span>
        <strong>{thing.title}</strong>
        <span className="small">{thing.about}</span>
      </Link>
    </li>
  );
}
