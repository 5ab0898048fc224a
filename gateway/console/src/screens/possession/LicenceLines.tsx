import { useSettings } from '../../app/settings';
import type { GetPossessionResponse, Headroom } from '../../generated/doseline/inventory/v1/possession_pb';
import { Amount, Time } from '../../ui/Figures';
import { Badge, Empty, Panel } from '../../ui/Panel';
import { activityText, percentText } from '../../physics/units';
import { possessionTexts as t } from '../../text/possession';
import { byCategory, categories, linesOf } from './limits';
import { Stack } from './Stack';

const nearFrom = 0.9;

/** Every line of the licences in force: what is held by category, what may still come, and the highest point ahead. */
export function LicenceLines({ limits, possession }: { limits: readonly Headroom[]; possession: GetPossessionResponse | undefined }) {
  const { unit } = useSettings();
  const lines = linesOf(limits);
  return (
    <Panel title={t.licence} aside={<Legend />}>
      {lines.length === 0 && <Empty>{t.noLimits}</Empty>}
      <ul className="limits">
        {lines.map(({ licence, line, limit }) => {
          const peak = Math.max(limit.peakBq, limit.totalBq) / limit.limitBq;
          const tone = limit.headroomBq < 0 || peak > 1 ? 'stop' : peak >= nearFrom ? 'warn' : 'ok';
          return (
            <li key={limit.limitId}>
              <div className="limit-name"><strong>{limit.nuclide === '*' ? t.anyNuclide : limit.nuclide}</strong><span className="small soft">{licence} · {line}</span></div>
              <Stack nuclide={limit.nuclide} label={t.stack(limit.nuclide, activityText(limit.totalBq, unit, limit.nuclide), activityText(limit.limitBq, unit, limit.nuclide))} parts={byCategory(limit)} total={limit.totalBq} limit={limit.limitBq} peak={limit.peakBq} />
              <dl className="limit-figures">
                <div><dt>{t.used}</dt><dd><Amount bq={limit.totalBq} nuclide={limit.nuclide} /> <span className="soft small figure">{percentText(limit.totalBq / limit.limitBq)}</span></dd></div>
                <div><dt>{t.limit}</dt><dd><Amount bq={limit.limitBq} nuclide={limit.nuclide} /></dd></div>
                <div><dt>{t.left}</dt><dd><strong><Amount bq={limit.headroomBq} nuclide={limit.nuclide} /></strong></dd></div>
                <div><dt>{t.peak}</dt><dd>{limit.peakBq > limit.totalBq ? <><Amount bq={limit.peakBq} nuclide={limit.nuclide} /> <span className="small"><Time at={limit.peakTime} /></span></> : t.isNow}</dd></div>
                {limit.unityFraction !== undefined && <div><dt>{t.unity}</dt><dd className="figure">{percentText(limit.unityFraction)}</dd></div>}
              </dl>
              <Badge tone={tone}>{tone === 'stop' ? t.exceeded : tone === 'warn' ? t.near : t.fine}</Badge>
            </li>
          );
        })}
      </ul>
      {possession && <p className="small soft">{t.category2}: <strong className="figure">{percentText(possession.category2Fraction)}</strong>. {t.category2Hint} {possession.category2Source}.</p>}
    </Panel>
  );
}

function Legend() {
  return <div className="legend" aria-hidden="true">{categories.map((each) => <span key={each}><i className={`category-${each}`} />{t.categories[each]}</span>)}<span><b />{t.peak}</span></div>;
}
