import { MilestoneKind, type Milestone } from '../generated/doseline/orders/v1/orders_pb';
import { useNow } from '../app/clock';
import { useSettings } from '../app/settings';
import { activityAt } from '../physics/decay';
import { clockText, millis, zoneText } from '../physics/time';
import { activityText, becquerels, numberText, unitFor, type UnitChoice } from '../physics/units';
import { orderTexts as t } from '../text/orders';
import { Axis, NowLine } from './Axis';
import { timeScale } from './timescale';
import { useWidth } from './useWidth';

const height = 276;
const top = 44;
const bottom = 196;
const left = 62;
const hour = 3_600_000;
const textWidth = 84;

/** The backward schedule on a time line: the activity curve, and every point that must be met with what must be there then. */
export function PromiseLine({ milestones, from, until, zone }: { milestones: readonly Milestone[]; from: number | null; until: number | null; zone: string }) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const { unit: choice } = useSettings();
  const now = useNow(15);
  const points = milestones.flatMap((each) => {
    const at = millis(each.at?.time);
    return at === null ? [] : [{ ...each, ms: at }];
  });
  const eos = points.find((each) => each.kind === MilestoneKind.END_OF_SYNTHESIS) ?? points[0];
  const given = points.find((each) => each.kind === MilestoneKind.ADMINISTRATION) ?? points[points.length - 1];
  if (!eos || !given) return null;
  // The curve ends a little after the appointment: what lies between there and expiry is long and says nothing.
  const end = Math.max(given.ms, until ?? 0) + 4 * hour;
  const scale = timeScale(Math.min(eos.ms, now) - hour, end, Math.max(0, width - left - 12));
  const most = eos.activity?.activityBq ?? 1;
  const nuclide = eos.activity?.nuclide;
  // One unit for the whole axis.
  const unit = unitFor(most, choice, nuclide);
  const nice = niceCeil((most / becquerels[unit]) * 1.06);
  const y = (bq: number) => bottom - ((bottom - top) * (bq / becquerels[unit])) / nice;
  const curve = Array.from({ length: 61 }, (_, i) => eos.ms + ((end - eos.ms) * i) / 60)
    .map((at) => `${scale.x(at).toFixed(1)},${y(activityAt(eos.activity, at) ?? 0).toFixed(1)}`).join(' ');
  // Calibration is mostly the instant of administration; one point says both.
  const shown = points.filter((each) => each.ms <= end && each.kind !== MilestoneKind.EXPIRY && !(each.kind === MilestoneKind.CALIBRATION && each.ms === given.ms));
  const rows = rowsOf(shown.map((each) => scale.x(each.ms)));
  return (
    <div ref={ref} className="promise-line">
      {width > 0 && (
        <svg className="drawing" width={width} height={height} role="img" aria-label={t.curve(eos.activity?.nuclide ?? '')}>
          {[0, 0.25, 0.5, 0.75, 1].map((part) => (
            <g key={part} className="axis"><line x1={left} x2={width - 12} y1={bottom - (bottom - top) * part} y2={bottom - (bottom - top) * part} /><text x={left - 8} y={bottom - (bottom - top) * part + 4} textAnchor="end">{numberText(nice * part, 3)}</text></g>
          ))}
          <text x={left - 8} y={top - 14} textAnchor="end">{unit}</text>
          <g transform={`translate(${left} 0)`}>
            <g transform={`translate(0 ${height - 16})`}><Axis scale={scale} zone={zone} height={0} /></g>
            {from !== null && until !== null && <rect className="window" x={scale.x(from)} y={top} width={Math.max(3, scale.x(until) - scale.x(from))} height={bottom - top} />}
            <polygon className="curve-fill" points={`${scale.x(eos.ms)},${bottom} ${curve} ${scale.x(end)},${bottom}`} />
            <polyline className="curve" points={curve} />
            <NowLine scale={scale} now={now} height={bottom} from={top} />
            {shown.map((each, i) => <Point key={each.kind} point={each} x={scale.x(each.ms)} y={y(each.activity?.activityBq ?? 0)} row={rows[i]!} unit={choice} />)}
          </g>
        </svg>
      )}
    </div>
  );
}

function Point({ point, x, y, row, unit }: { point: Milestone & { ms: number }; x: number; y: number; row: number; unit: UnitChoice }) {
  const zone = point.at!.zone;
  return (
    <g className="promise-point">
      <title>{`${t.milestones[point.kind]}: ${point.at!.text}, ${point.activity ? activityText(point.activity.activityBq, unit, point.activity.nuclide) : ''}`}</title>
      <line x1={x} x2={x} y1={y} y2={bottom + 10 + row * 17} />
      <circle cx={x} cy={y} r="5" />
      <text x={x} y={bottom + 20 + row * 17} textAnchor="middle">{clockText(point.ms, zone)} {zoneText(point.ms, zone)}</text>
    </g>
  );
}

// A text stands in the first row in which it touches no other.
function rowsOf(places: readonly number[]): number[] {
  const ends: number[] = [];
  return places.map((x) => {
    let row = ends.findIndex((end) => x - textWidth / 2 > end);
    if (row < 0) row = ends.length;
    ends[row] = x + textWidth / 2;
    return row;
  });
}

function niceCeil(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const steps = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10];
  return (steps.find((step) => step * power >= value) ?? 10) * power;
}
