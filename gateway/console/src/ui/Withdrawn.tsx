import { useEffect, useState } from 'react';
import { useFreshness } from '../api/freshness';
import { clockOffset, now, useNow } from '../app/clock';
import { useSession } from '../app/session';
import { momentText, spanText } from '../physics/time';
import { texts } from '../text/en';

/**
 * Withdraws what the page shows while nobody knows whether it still holds, and says since when: on every screen and in every dialog, by a mark on the
 * page that its styles go by. What a person typed stays. Who must know what stood there can look at it, marked as old.
 */
export function Withdrawn() {
  const { state, since } = useFreshness();
  const { zone } = useSession();
  const [shown, setShown] = useState(false);
  const stale = state === 'stale';
  // Ticks by the second, for the age.
  useNow(1);
  useEffect(() => {
    if (!stale) setShown(false);
  }, [stale]);
  useEffect(() => {
    if (!stale) return;
    document.documentElement.dataset.stale = shown ? 'shown' : 'withdrawn';
    return () => void delete document.documentElement.dataset.stale;
  }, [stale, shown]);
  if (!stale) return null;
  const at = since + clockOffset();
  const stood = momentText(at, zone, now(), { seconds: true });
  return (
    <div className="withdrawn">
      <span role="alert"><strong>{texts.stale.title(stood)}</strong> {shown ? texts.stale.shown : texts.stale.withdrawn}</span>
      <span className="figure" data-age={Math.floor((Date.now() - since) / 1000)}>{texts.stale.age(spanText(Date.now() - since))}</span>
      <button type="button" className="button small" onClick={() => setShown(!shown)}>{shown ? texts.stale.hide : texts.stale.show(stood)}</button>
    </div>
  );
}
