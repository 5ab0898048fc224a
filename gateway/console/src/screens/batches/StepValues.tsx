import type { RecordedValue } from '../../generated/doseline/execution/v1/batch_records_pb';
import { unitText } from './StepInputs';

/** Values of a step as they were entered; what is out of limit is marked. */
export function StepValues({ values }: { values: readonly RecordedValue[] }) {
  if (values.length === 0) return null;
  return (
    <dl className="values">
      {values.map((value) => (
        <div key={value.code} className={value.inLimit ? '' : 'outside'}><dt>{value.code}</dt><dd className="figure">{value.value} {unitText(value.unit)}{value.inLimit ? '' : ' !'}</dd></div>
      ))}
    </dl>
  );
}
