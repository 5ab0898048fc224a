import { useNow } from '../../app/clock';
import { ContainerState, type Container } from '../../generated/doseline/waste/v1/waste_pb';
import { Time } from '../../ui/Figures';
import { millis, spanText } from '../../physics/time';
import { wasteTexts as t } from '../../text/waste';

/** The clock of a container: how long until it may be surveyed, and how far it has come. */
export function Clock({ of }: { of: Container }) {
  const now = useNow(60);
  const [closed, eligible] = [millis(of.closeTime), millis(of.eligibleTime)];
  if (of.state === ContainerState.DISPOSED) return null;
  if (of.state === ContainerState.OPEN) return <span className="soft">{t.notClosed}</span>;
  if (eligible === null) return <span className="soft">{t.transferOnly}</span>;
  if (of.state !== ContainerState.CLOSED || eligible <= now) return <strong className="countdown near">{t.eligibleNow}</strong>;
  const part = closed === null || eligible <= closed ? 0 : (now - closed) / (eligible - closed);
  return (
    <div className="waste-clock">
      <span className="figure">{t.in(spanText(eligible - now))}</span>
      <div className="bar" role="progressbar" aria-label={`${of.label}: ${t.columns.clock}`} aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(part * 100)}><span style={{ width: `${Math.max(0, Math.min(1, part)) * 100}%` }} /></div>
      <span className="small"><Time at={of.eligibleTime} day="always" /></span>
    </div>
  );
}
