import type { RecordedSecondLook } from '../../generated/doseline/operations/v1/plausibility_pb';
import { numberText } from '../../physics/units';
import { Time } from '../../ui/Figures';
import { Facts, Note } from '../../ui/Panel';
import { words } from '../../text/en';
import { reviewTexts as t } from '../../text/review';

const digits = 4;
// Bounds of a side that has none are the greatest numbers there are.
const boundless = 1e300;

const boundText = (bound: number): string => (Math.abs(bound) > boundless ? t.lookUnbounded : numberText(bound, digits));

/** Values that were unlike what is usual, and what the person at the instrument said of each. */
export const SecondLooks = ({ looks }: { looks: readonly RecordedSecondLook[] }) => (
  <>
    {looks.map((look) => (
      <Note key={look.lookId} tone="warn" title={t.looked(words(look.measure))}>
        <Facts of={[[t.lookValue, `${numberText(look.value, digits)} ${look.unit}`], [t.lookUsual, t.lookRange(boundText(look.minimum), boundText(look.maximum))], ...(look.referenceTime ? [[t.lookReference, <Time at={look.referenceTime} />] as const] : []), [t.lookBy, <>{look.personName} <Time at={look.time} /></>]]} />
        <p>{look.reason}</p>
      </Note>
    ))}
  </>
);
