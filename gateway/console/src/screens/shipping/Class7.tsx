import { Gauge, Time } from '../../ui/Figures';
import { Badge, Facts, Panel } from '../../ui/Panel';
import { LabelCategory, type Classification } from '../../generated/doseline/shipping/v1/packages_pb';
import { percentText } from '../../physics/units';
import { texts } from '../../text/en';
import { shippingTexts as t } from '../../text/shipping';

/** What the package is by the rules, and which rule said so. */
export function Class7({ of }: { of: Classification | undefined }) {
  if (!of) return <Panel title={t.class7}><p className="soft">{t.class7Empty}</p></Panel>;
  const placard = of.category === LabelCategory.WHITE_I ? 'white' : of.category >= LabelCategory.YELLOW_II ? 'yellow' : 'none';
  return (
    <Panel title={t.class7} aside={<Badge>{t.types[of.packageType]}</Badge>}>
      <div className="class7">
        <div className={`placard ${placard}`} aria-hidden="true"><div><span>{t.categories[of.category]}</span>{of.transportIndexTenths > 0 && <strong>TI {(of.transportIndexTenths / 10).toFixed(1)}</strong>}</div></div>
        <Facts of={[
          [t.un, of.unNumber], [t.shippingName, of.properShippingName], [t.category, t.categories[of.category]], [t.index, of.transportIndexTenths > 0 ? (of.transportIndexTenths / 10).toFixed(1) : ''],
          [t.a2, <><span className="figure">{percentText(of.a2Fraction)}</span><Gauge fraction={of.a2Fraction} label={t.a2} /></>], [t.rq, of.reportableQuantity ? texts.yes : texts.no], [t.printedNuclides, of.printedNuclides.join(', ')], [t.at, <Time at={of.classifyTime} day="always" />],
        ]} />
      </div>
      <h3>{t.why}</h3>
      <ul className="rules">{of.ruleIds.map((id) => <li key={id}><strong className="id">{t.rule(id)}</strong><span>{t.rules[id] ?? t.rules[id.split(':')[0]!] ?? ''}</span></li>)}</ul>
      {of.notes.length > 0 && <><h3>{t.notes}</h3><p className="small">{of.notes.map((note) => note.toLowerCase().replaceAll('_', ' ').replace(':', ': ')).join(' · ')}</p></>}
      <p className="small soft">{t.data}: {of.nuclideDataVersion}, {of.class7DataVersion}</p>
    </Panel>
  );
}
