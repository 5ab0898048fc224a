import { useState } from 'react';
import { useAction } from '../../api/action';
import { now, useNow } from '../../app/clock';
import { useScan } from '../../app/scan';
import { useSettings } from '../../app/settings';
import { BatchRecordsService, type BatchRecord, type BatchStep, type RecordedDose } from '../../generated/doseline/execution/v1/batch_records_pb';
import { BatchesService } from '../../generated/doseline/execution/v1/batches_pb';
import { DoseState } from '../../generated/doseline/execution/v1/records_pb';
import { Button } from '../../ui/Button';
import { ActivityField, bqOf, NumberField, numberOf, SelectField, useTypedActivity } from '../../ui/Fields';
import { Note } from '../../ui/Panel';
import { useToast } from '../../ui/Toasts';
import { activityAt } from '../../physics/decay';
import { timestamp } from '../../physics/time';
import { activityText } from '../../physics/units';
import { batchTexts as t } from '../../text/batches';
import { useCalibrator } from './CalibratorFields';
import { StaleOr } from './StaleOr';

const waiting = (dose: RecordedDose) => (dose.record?.state ?? DoseState.PLANNED) < DoseState.DISPENSED;

/** Dispenses dose after dose: what each must have now, what the instrument shows, with which factor. */
export function DispenseDoses({ record, step, refresh }: { record: BatchRecord; step: BatchStep; refresh(): void }) {
  const batch = record.batch!;
  const say = useToast();
  const { unit } = useSettings();
  const at = useNow(5);
  const dispense = useAction(BatchesService.method.dispenseDose, BatchRecordsService.typeName);
  const nuclide = record.recipe?.nuclide ?? '';
  const calibrator = useCalibrator(batch.siteId, nuclide, step.equipmentIds);
  const open = record.doses.filter(waiting);
  const [picked, setPicked] = useState('');
  const dose = open.find((each) => each.record?.doseId === picked) ?? open[0];
  const [reading, setReading] = useTypedActivity(undefined, nuclide);
  const [volume, setVolume] = useState('');
  const [stranger, setStranger] = useState<string | null>(null);
  useScan((code) => {
    const found = open.find((each) => each.record?.doseId === code || each.record?.orderId === code);
    setStranger(found ? null : code);
    if (found) setPicked(found.record!.doseId);
  });
  if (!dose?.record) return <Note tone="ok">{t.allDispensed}</Note>;
  const aim = activityAt(dose.record.ordered, at);
  const submit = async () => {
    const answer = await dispense.run({
      batchId: batch.batchId, doseId: dose.record!.doseId, volumeMl: numberOf(volume) ?? NaN, instrumentId: calibrator.instrumentId, geometry: calibrator.geometry,
      reading: { nuclide, activityBq: bqOf(reading) ?? NaN, referenceTime: timestamp(now()) }, recordVersion: batch.recordVersion,
    });
    if (!answer) return refresh();
    say(t.dispensed);
    setPicked('');
    setReading({ ...reading, text: '' });
  };
  return (
    <form className="stack part" noValidate onSubmit={(event) => { event.preventDefault(); void submit(); }}>
      {stranger !== null && <Note tone="stop" title={t.notForStep(stranger)}>{t.notForStepDose}</Note>}
      <div className="dispense-aim"><span className="soft">{t.aim}</span><strong className="figure">{aim === null ? '–' : activityText(aim, unit, nuclide)}</strong><span className="soft">{nuclide} · {open.length} {t.doses.toLowerCase()}</span></div>
      <div className="columns-3">
        <SelectField label={t.dose} hint={t.doseHint} value={dose.record.doseId} onChange={setPicked} options={open.map((each, i) => [each.record!.doseId, `${i + 1} · ${each.record!.doseId.slice(0, 10)}`] as const)} />
        <ActivityField label={t.reading} value={reading} onChange={setReading} />
        <NumberField label={t.volume} unit="mL" value={volume} onChange={setVolume} />
        {calibrator.fields}
      </div>
      <StaleOr problem={dispense.problem} />
      <div className="row"><Button type="submit" kind="primary" size="large" for={BatchesService.method.dispenseDose} busy={dispense.busy}>{t.dispense}</Button></div>
    </form>
  );
}
