import { useState } from 'react';
import { useAction } from '../../api/action';
import { isStale } from '../../api/refusals';
import { now } from '../../app/clock';
import { useScan } from '../../app/scan';
import { useSession } from '../../app/session';
import { PackagesService, WipeRadiation, type LabelCategory, type Package } from '../../generated/doseline/shipping/v1/packages_pb';
import { Button } from '../../ui/Button';
import { NumberField, numberOf, SelectField, TextField } from '../../ui/Fields';
import { Note } from '../../ui/Panel';
import { Refusals } from '../../ui/Refusals';
import { useToast } from '../../ui/Toasts';
import { timestamp } from '../../physics/time';
import { texts } from '../../text/en';
import { shippingTexts as t } from '../../text/shipping';
import { InstrumentField } from '../cells/InstrumentField';

/** Records dose rates, wipes and seal. What the package is follows from them; nobody chooses it. */
export function SurveyForm({ pack, refresh, done }: { pack: Package; refresh(): void; done(): void }) {
  const { name } = useSession();
  const [fields, setFields] = useState({
    surface: '', oneMeter: '', instrument: '', seal: '', expected: '',
    betaNet: '', betaEfficiency: '0.3', alphaNet: '', alphaEfficiency: '0.3', area: '300',
  });
  const [tried, setTried] = useState(false);
  const record = useAction(PackagesService.method.recordSurvey);
  const say = useToast();
  const set = (change: Partial<typeof fields>) => { record.clear(); setFields((old) => ({ ...old, ...change })); };
  useScan((code) => set({ seal: code }));
  const lacks = (value: string) => (tried && numberOf(value) === null ? texts.required : undefined);
  const wipe = (radiation: WipeRadiation, net: string, efficiency: string) => ({ radiation, netCountsPerMinute: numberOf(net) ?? NaN, counterEfficiency: numberOf(efficiency) ?? NaN, areaCm2: numberOf(fields.area) ?? NaN, wipeEfficiency: 0, contaminationBqPerCm2: 0 });
  const ready = [fields.surface, fields.oneMeter, fields.betaNet, fields.alphaNet].every((each) => numberOf(each) !== null) && fields.seal !== '' && fields.instrument !== '';
  const submit = async () => {
    setTried(true);
    if (!ready) return;
    const answer = await record.run({
      packageId: pack.packageId, version: pack.version, expectedCategory: Number(fields.expected || 0) as LabelCategory,
      survey: {
        surfaceDoseRateNsvPerHour: BigInt(Math.round((numberOf(fields.surface) ?? 0) * 1000)), oneMeterDoseRateNsvPerHour: BigInt(Math.round((numberOf(fields.oneMeter) ?? 0) * 1000)),
        instrumentId: fields.instrument, surveyTime: timestamp(now()), sealId: fields.seal,
        wipes: [wipe(WipeRadiation.BETA_GAMMA, fields.betaNet, fields.betaEfficiency), wipe(WipeRadiation.ALPHA, fields.alphaNet, fields.alphaEfficiency)],
      },
    });
    if (!answer) { if (isStale(record.problem)) refresh(); return; }
    say(answer.survey && answer.survey.findings.length > 0 ? t.surveyFindings : t.surveyed);
    done();
  };
  return (
    <form className="stack" noValidate onSubmit={(event) => { event.preventDefault(); void submit(); }}>
      {pack.survey && pack.survey.findings.length > 0 && <Note tone="stop" title={t.findings}>{pack.survey.findings.map((each) => each.toLowerCase().replaceAll('_', ' ')).join(', ')}</Note>}
      <div className="columns-3">
        <NumberField label={t.surface} unit={t.microsievert} value={fields.surface} onChange={(surface) => set({ surface })} wrong={lacks(fields.surface)} />
        <NumberField label={t.oneMeter} unit={t.microsievert} value={fields.oneMeter} onChange={(oneMeter) => set({ oneMeter })} wrong={lacks(fields.oneMeter)} />
        <InstrumentField label={t.instrument} siteId={pack.siteId} value={fields.instrument} onChange={(instrument) => set({ instrument })} tried={tried} />
        <TextField label={t.seal} hint={t.sealHint} value={fields.seal} onChange={(seal) => set({ seal })} wrong={tried && !fields.seal ? texts.required : undefined} />
        <SelectField label={t.expected} hint={t.expectedHint} value={fields.expected} onChange={(expected) => set({ expected })} empty={t.noOpinion} options={[1, 2, 3, 4, 5].map((each) => [String(each), t.categories[each]!] as const)} />
      </div>
      <fieldset className="fieldset">
        <legend>{t.wipes}</legend>
        <div className="columns-3">
          <NumberField label={`${t.wipeKinds[1]}: ${t.net.toLowerCase()}`} unit={t.cpm} value={fields.betaNet} onChange={(betaNet) => set({ betaNet })} wrong={lacks(fields.betaNet)} />
          <NumberField label={`${t.wipeKinds[1]}: ${t.efficiency.toLowerCase()}`} value={fields.betaEfficiency} onChange={(betaEfficiency) => set({ betaEfficiency })} />
          <NumberField label={t.area} unit="cm²" value={fields.area} onChange={(area) => set({ area })} />
          <NumberField label={`${t.wipeKinds[2]}: ${t.net.toLowerCase()}`} unit={t.cpm} value={fields.alphaNet} onChange={(alphaNet) => set({ alphaNet })} wrong={lacks(fields.alphaNet)} />
          <NumberField label={`${t.wipeKinds[2]}: ${t.efficiency.toLowerCase()}`} value={fields.alphaEfficiency} onChange={(alphaEfficiency) => set({ alphaEfficiency })} />
        </div>
      </fieldset>
      <p className="small soft">{t.surveyor}: {name}</p>
      {isStale(record.problem) && <Note tone="warn">{texts.changedMeanwhile}</Note>}
      <Refusals problem={record.problem} />
      <div className="row"><Button type="submit" kind="primary" size="large" for={PackagesService.method.recordSurvey} busy={record.busy}>{t.surveyDo}</Button></div>
    </form>
  );
}
