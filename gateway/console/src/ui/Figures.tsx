import { useState, type ReactNode } from 'react';
import type { Timestamp } from '@bufbuild/protobuf/wkt';
import type { CalibratedActivity, ZonedTime } from '../generated/doseline/common/v1/activity_pb';
import { useNow } from '../app/clock';
import { useSession } from '../app/session';
import { useSettings } from '../app/settings';
import { activityAt } from '../physics/decay';
import { activityText } from '../physics/units';
import { millis, moment, momentText, spanText } from '../physics/time';
import { texts } from '../text/en';

/** An amount of becquerels in the unit that the person chose, which may be the one usual for the nuclide. */
export function Amount({ bq, nuclide }: { bq: number; nuclide?: string | undefined }) {
  const { unit } = useSettings();
  return <span className="figure" title={`${bq.toLocaleString('en')} Bq`}>{activityText(bq, unit, nuclide)}</span>;
}

/** A calibrated activity as it was stated: amount, nuclide and the instant it refers to. */
export function Activity({ of, zone, plain }: { of: CalibratedActivity | undefined; zone?: string; plain?: boolean }) {
  const session = useSession();
  const today = useNow(60);
  const at = millis(of?.referenceTime);
  if (!of) return <>{texts.none}</>;
  return (
    <span>
      <Amount bq={of.activityBq} nuclide={of.nuclide} /> <span className="unbroken">{of.nuclide}</span>
      {!plain && at !== null && <span className="soft small"> {texts.at} {momentText(at, zone ?? session.zone, today)}</span>}
    </span>
  );
}

/** A calibrated activity as it is now, counting down before one's eyes. */
export function LiveActivity({ of, everySeconds = 1 }: { of: CalibratedActivity | undefined; everySeconds?: number }) {
  const at = useNow(everySeconds);
  const bq = activityAt(of, at);
  return bq === null ? <>{texts.none}</> : <span><Amount bq={bq} nuclide={of!.nuclide} /> <span className="soft unbroken">{of!.nuclide}</span></span>;
}

/** An instant in the zone of the place, as `moment` writes it. */
export function Time({ at, zone, day = 'auto', seconds }: { at: Timestamp | ZonedTime | undefined; zone?: string; day?: 'auto' | 'always'; seconds?: boolean }) {
  const session = useSession();
  const zoned = at && 'zone' in at ? at : undefined;
  const ms = millis(zoned ? zoned.time : (at as Timestamp | undefined));
  const where = zone ?? zoned?.zone ?? session.zone;
  const today = useNow(60);
  if (ms === null) return <>{texts.none}</>;
  const parts = moment(ms, where, today, { day, seconds: seconds ?? false });
  return (
    <time className="figure" dateTime={new Date(ms).toISOString()} title={`${zoned?.text || momentText(ms, where, today, { day: 'always' })} · ${new Date(ms).toISOString()}`}>
      {parts.day && <>{parts.day} </>}{parts.clock} <span className="soft small">{parts.zone}</span>
    </time>
  );
}

/** Time left until an instant; it changes colour and says so when it is near or past. */
export function Countdown({ to, nearMinutes = 60, done }: { to: Timestamp | undefined; nearMinutes?: number; done?: boolean }) {
  const at = useNow(1);
  const ms = millis(to);
  if (ms === null || done) return <span className="soft">{texts.none}</span>;
  const left = ms - at;
  const state = left < 0 ? 'past' : left < nearMinutes * 60000 ? 'near' : '';
  return <span className={`countdown figure ${state}`}>{left < 0 ? texts.ago(spanText(-left)) : spanText(left)}</span>;
}

/** Minutes until an instant, as the board counts them. */
export const minutesTo = (to: Timestamp | undefined, nowMs: number): number | null => {
  const ms = millis(to);
  return ms === null ? null : Math.floor((ms - nowMs) / 60000);
};

/** An identifier or hash, short on the screen, whole in the clipboard. */
export function Id({ of, short = 10 }: { of: string; short?: number }) {
  const [copied, setCopied] = useState(false);
  if (!of) return <>{texts.none}</>;
  const text: ReactNode = of.length > short + 2 ? `${of.slice(0, short)}…` : of;
  return (
    <button
      type="button" className="id-button" title={`${of} – ${texts.copy}`}
      onClick={(event) => {
        event.stopPropagation();
        void navigator.clipboard?.writeText(of).then(() => setCopied(true));
      }}
    >
      <span className="id">{text}</span><span className={copied ? 'small soft' : 'hidden-text'}> {copied ? texts.copied : texts.copy}</span>
    </button>
  );
}

/** Part of a limit that is taken, with a mark where a warning begins; the number stands beside it. */
export function Gauge({ fraction, warnFrom = 0.9, mark, label }: { fraction: number; warnFrom?: number; mark?: number; label: string }) {
  const tone = fraction > 1 ? 'stop' : fraction >= warnFrom ? 'warn' : '';
  return (
    <div className="bar" role="meter" aria-label={label} aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(Math.min(fraction, 1) * 100)} aria-valuetext={`${(fraction * 100).toFixed(1)} %`}>
      <span className={tone} style={{ width: `${Math.min(fraction, 1) * 100}%` }} />
      {mark !== undefined && mark > 0 && mark < 1 && <i style={{ insetInlineStart: `${mark * 100}%` }} />}
    </div>
  );
}
