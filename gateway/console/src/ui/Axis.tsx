import { marksOf, type TimeScale } from './timescale';

/** Marks of a time scale with their texts; `at` is the height of the drawing below which the texts stand. */
export function Axis({ scale, zone, height, text = true }: { scale: TimeScale; zone: string; height: number; text?: boolean }) {
  if (scale.width <= 0) return null;
  return (
    <g className="axis" aria-hidden="true">
      {marksOf(scale, zone).map((mark) => (
        <g key={mark.at} transform={`translate(${scale.x(mark.at).toFixed(1)} 0)`}>
          <line y1={text ? 16 : 0} y2={height} className={mark.day ? 'day' : undefined} />
          {text && <text y="11" x={mark.day ? 3 : 0} textAnchor={mark.day ? 'start' : 'middle'} className={mark.day ? 'day' : undefined}>{mark.text}</text>}
        </g>
      ))}
    </g>
  );
}

/** Where now is on a scale; nothing when it is outside. */
export function NowLine({ scale, now, height, from = 0 }: { scale: TimeScale; now: number; height: number; from?: number }) {
  if (now < scale.from || now > scale.until) return null;
  return <line className="now" x1={scale.x(now)} x2={scale.x(now)} y1={from} y2={height} aria-hidden="true" />;
}
