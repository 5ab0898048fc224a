import { clockOffset, useNow } from './clock';
import { useSession } from './session';
import { useZoneRelease } from './zones';
import { dayText, secondsText, spanText, zoneText } from '../physics/time';
import { texts } from '../text/en';

const worthSayingMs = 5_000;

/** The platform's time in the zone of the site, always in sight, with UTC beside it. */
export function Clock() {
  const at = useNow(1);
  const { zone } = useSession();
  const release = useZoneRelease();
  const off = Math.abs(clockOffset());
  return (
    <div className="shell-clock" title={off > worthSayingMs ? texts.shell.clockOff(spanText(off)) : texts.shell.serverTime}>
      <time className="figure" dateTime={new Date(at).toISOString()}>{secondsText(at, zone)} {zoneText(at, zone)}</time>
      <span className="small">{dayText(at, zone)} · {zone === 'UTC' ? '' : `${secondsText(at, 'UTC').slice(0, 5)} UTC · `}{zone}{release && ` · ${texts.shell.zoneData(release)}`}</span>
    </div>
  );
}
