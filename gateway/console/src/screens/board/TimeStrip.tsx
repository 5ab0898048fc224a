import { memo } from 'react';
import { MilestoneKind, type Order } from '../../generated/doseline/orders/v1/orders_pb';
import { NowLine } from '../../ui/Axis';
import type { TimeScale } from '../../ui/timescale';
import { decayFactor } from '../../physics/decay';
import { millis } from '../../physics/time';
import { isPastCutoff, milestoneMs } from './milestones';

const height = 34;
const base = 30;

/** One order on the time line: the activity falling from synthesis to expiry, and the points that must be met on the way. */
export const TimeStrip = memo(function TimeStrip({ order, scale, now }: { order: Order; scale: TimeScale; now: number }) {
  const eos = milestoneMs(order, MilestoneKind.END_OF_SYNTHESIS);
  const expiry = milestoneMs(order, MilestoneKind.EXPIRY);
  const release = milestoneMs(order, MilestoneKind.RELEASE_BY);
  const ship = milestoneMs(order, MilestoneKind.SHIP);
  const delivery = milestoneMs(order, MilestoneKind.DELIVERY);
  const [from, until] = [millis(order.windowStart?.time), millis(order.windowEnd?.time)];
  if (scale.width <= 0 || eos === null || expiry === null) return <svg className="drawing" height={height} aria-hidden="true" />;
  const late = ship !== null && now > ship && !isPastCutoff(order);
  const nuclide = order.wanted?.nuclide ?? '';
  const end = Math.min(expiry, scale.until);
  const points: string[] = [];
  const begin = Math.max(eos, scale.from);
  for (let i = 0; i <= 16; i++) {
    const at = begin + ((end - begin) * i) / 16;
    points.push(`${scale.x(at).toFixed(1)},${(base - 20 * decayFactor(nuclide, at - eos)).toFixed(1)}`);
  }
  return (
    <svg className="drawing strip" height={height} width={scale.width} aria-hidden="true">
      {end > begin && <polygon className="curve-fill" points={`${scale.x(begin)},${base} ${points.join(' ')} ${scale.x(end)},${base}`} />}
      {end > begin && <polyline className="curve" points={points.join(' ')} />}
      {from !== null && until !== null && <rect className="window" x={scale.x(from)} y={base - 24} width={Math.max(3, scale.x(until) - scale.x(from))} height="24" rx="2" />}
      <path className="eos" d={`M${scale.x(eos)} ${base - 9}l6 9h-12z`} />
      {release !== null && <path className="release" d={`M${scale.x(release)} ${base - 14}l6 7-6 7-6-7z`} />}
      {ship !== null && <rect className={late ? 'ship late' : 'ship'} x={scale.x(ship) - 5} y={base - 10} width="10" height="10" />}
      {delivery !== null && <circle className="delivery" cx={scale.x(delivery)} cy={base - 5} r="5" />}
      <NowLine scale={scale} now={now} height={height} />
    </svg>
  );
});
