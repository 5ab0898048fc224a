import { useState } from 'react';
import { useAction } from '../../api/action';
import { useList, useRead } from '../../api/query';
import { now } from '../../app/clock';
import type { DoseDisposition } from '../../generated/doseline/quality/v1/disposition_pb';
import { DispositionService } from '../../generated/doseline/quality/v1/disposition_pb';
import { DeviationsService } from '../../generated/doseline/quality/v1/deviations_pb';
import { ResultsService, type Result } from '../../generated/doseline/quality/v1/results_pb';
import { SpecificationsService, TestScope, type SpecificationTest } from '../../generated/doseline/quality/v1/specifications_pb';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { Choices, LongField, NumberField, numberOf, SelectField, TextField } from '../../ui/Fields';
import { Note } from '../../ui/Panel';
import { Refusals } from '../../ui/Refusals';
import { useToast } from '../../ui/Toasts';
import { timestamp } from '../../physics/time';
import { texts } from '../../text/en';
import { reviewTexts as t } from '../../text/review';
import { unitText } from '../batches/StepInputs';
import { InstrumentField, measuring } from '../cells/InstrumentField';

/** Records a result; the platform judges it, never the one who types it. */
export function RecordResultDialog({ batchId, productCode, doses, results, close }: { batchId: string; productCode: string; doses: readonly DoseDisposition[]; results: readonly Result[]; close(): void }) {
  const say = useToast();
  const specification = useRead(SpecificationsService.method.getSpecification, { productCode });
  const samples = useList(ResultsService.method.listSamples, { batchId, pageSize: 100 }, (page) => page.samples);
  const record = useAction(ResultsService.method.recordResult, DispositionService.typeName, DeviationsService.typeName);
  const tests = specification.data?.specification?.tests ?? [];
  const [code, setCode] = useState('');
  const [doseId, setDoseId] = useState('');
  const [sampleId, setSampleId] = useState('');
  const [value, setValue] = useState('');
  const [seen, setSeen] = useState<'' | 'as' | 'other'>('');
  const [tried, setTried] = useState(false);
  const [instrument, setInstrument] = useState('');
  const [repeat, setRepeat] = useState('');
  const test = tests.find((each) => each.code === code) ?? tests[0];
  const earlier = results.some((each) => each.testCode === test?.code && each.doseId === doseId);
  const living = (samples.data ?? []).filter((each) => !each.discardTime);
  const submit = async () => {
    setTried(true);
    if (!test) return;
    const found = test.expectedText && seen === 'as' ? test.expectedText : value.trim();
    if (found === '' || (test.expectedText ? seen === '' : numberOf(found) === null) || instrument === '' || (earlier && repeat.trim() === '')) return;
    const answer = await record.run({
      batchId, doseId: test.scope === TestScope.DOSE ? doseId : '', sampleId: sampleId || living[0]?.sampleId || '', testCode: test.code, method: test.method, instrumentId: instrument,
      rawValue: found, unit: test.unit, measureTime: timestamp(now()), repeatReason: repeat,
    });
    if (!answer?.result) return;
    say(t.recorded(t.verdicts[answer.result.verdict]!));
    close();
  };
  return (
    <Dialog title={t.record2} onClose={close} onSubmit={() => void submit()} foot={<>
      <button type="button" className="button" onClick={close}>{texts.cancel}</button>
      <Button type="submit" kind="primary" for={ResultsService.method.recordResult} busy={record.busy}>{t.recordResult}</Button>
    </>}>
      <Refusals problem={specification.problem} />
      <SelectField label={t.test} value={test?.code ?? ''} onChange={(next) => { setCode(next); setValue(''); setSeen(''); setTried(false); record.clear(); }} options={tests.map((each) => [each.code, `${each.code} – ${each.name}`] as const)} />
      {test && <Note>{test.method} · {limitText(test)}</Note>}
      {test?.scope === TestScope.DOSE && <SelectField label={t.dose} value={doseId} onChange={setDoseId} empty="" options={doses.map((dose) => [dose.doseId, dose.doseId.slice(0, 10)] as const)} />}
      {living.length > 0 && <SelectField label={t.sample} value={sampleId || living[0]!.sampleId} onChange={setSampleId} options={living.map((each) => [each.sampleId, each.sampleId.slice(0, 10)] as const)} />}
      {test?.expectedText
        ? <>
          {/* What is seen is chosen, not spelled: one letter would hold a batch. */}
          <Choices<'' | 'as' | 'other'> label={t.value} value={seen} onChange={setSeen} options={[['as', test.expectedText], ['other', t.seenOther]]} />
          {tried && seen === '' && <p className="small warn-text">{texts.required}</p>}
          {seen === 'other' && <TextField label={t.seenWhat} value={value} onChange={setValue} wrong={tried && value.trim() === '' && texts.required} />}
        </>
        : <NumberField label={t.value} unit={test ? unitText(test.unit) || undefined : undefined} value={value} onChange={setValue} wrong={tried && numberOf(value) === null && texts.needsNumber} />}
      <InstrumentField label={t.instrument} siteId={samples.data?.[0]?.siteId ?? doses[0]?.siteId ?? ''} classes={measuring} value={instrument} onChange={setInstrument} tried={tried} />
      {earlier && <LongField label={t.repeat} hint={t.repeatHint} value={repeat} onChange={setRepeat} wrong={tried && repeat.trim() === '' && texts.required} />}
      <Refusals problem={record.problem} />
    </Dialog>
  );
}

/** Limits of a test in words. */
export const limitText = (test: SpecificationTest): string => test.expectedText || [
  test.low !== undefined && `≥ ${test.low}`, test.high !== undefined && `≤ ${test.high}`,
].filter(Boolean).join(', ') + (unitText(test.unit) ? ` ${unitText(test.unit)}` : '');
