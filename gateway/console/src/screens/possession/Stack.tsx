import { useSettings } from '../../app/settings';
import { activityText } from '../../physics/units';
import { possessionTexts as t } from '../../text/possession';
import { categories } from './limits';

/** A limit as a bar: the parts that are held, the highest point ahead, and the end of the bar as the limit itself. */
export function Stack({ nuclide, label, parts, total, limit, peak }: { nuclide: string; label: string; parts: ReadonlyMap<number, number>; total: number; limit: number; peak: number }) {
  const { unit } = useSettings();
  // Beyond the limit the bar grows over its end, and the limit stands as a line in it.
  const scale = Math.max(limit, total, peak);
  const share = (bq: number) => (scale > 0 ? (bq / scale) * 100 : 0);
  const shown = categories.filter((each) => (parts.get(each) ?? 0) > 0);
  const words = shown.map((each) => `${t.categories[each]} ${activityText(parts.get(each)!, unit, nuclide)}`).join(', ');
  return (
    <div className="stack-bar" role="meter" aria-label={label} aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(Math.min(1, total / limit) * 100)} aria-valuetext={words || label} title={words}>
      {shown.map((each) => <span key={each} className={`category-${each}`} style={{ width: `${share(parts.get(each)!)}%` }} />)}
      {peak > total && <b style={{ insetInlineStart: `${share(peak)}%` }} />}
      {scale > limit && <i style={{ insetInlineStart: `${share(limit)}%` }} />}
    </div>
  );
}
