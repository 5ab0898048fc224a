import { useState } from 'react';
import { useAction } from '../../api/action';
import { now } from '../../app/clock';
import { BatchRecordsService, MovementKind, type BatchRecord, type BatchStep } from '../../generated/doseline/execution/v1/batch_records_pb';
import { BatchesService } from '../../generated/doseline/execution/v1/batches_pb';
import { Button } from '../../ui/Button';
import { ActivityField, bqOf, Check, NumberField, numberOf, useTypedActivity } from '../../ui/Fields';
import { Activity } from '../../ui/Figures';
import { Note } from '../../ui/Panel';
import { Refusals } from '../../ui/Refusals';
import { useToast } from '../../ui/Toasts';
import { timestamp } from '../../physics/time';
import { batchTexts as t } from '../../text/batches';
import { useCalibrator } from './CalibratorFields';

/** Takes a sample for quality control. */
export function TakeSample({ record, step }: { record: BatchRecord; step: BatchStep }) {
  const batch = record.batch!;
  const say = useToast();
  const take = useAction(BatchesService.method.takeSample, BatchRecordsService.typeName);
  const [activity, setActivity] = useTypedActivity(undefined, record.recipe?.nuclide);
  const [volume, setVolume] = useState('');
  const [retained, setRetained] = useState(false);
  const calibrator = useCalibrator(batch.siteId, record.recipe?.nuclide ?? '', [step, ...record.steps].flatMap((each) => each.equipmentIds));
  const taken = record.movements.filter((each) => each.kind === MovementKind.SAMPLE && each.stepId === step.stepId);
  const submit = async () => {
    const done = await take.run({ batchId: batch.batchId, stepId: step.stepId, volumeMl: numberOf(volume) ?? NaN, retained, instrumentId: calibrator.instrumentId, geometry: calibrator.geometry, activity: { nuclide: record.recipe?.nuclide ?? '', activityBq: bqOf(activity) ?? NaN, referenceTime: timestamp(now()) } });
    if (done) say(t.sampled);
  };
  return (
    <form className="stack part" noValidate onSubmit={(event) => { event.preventDefault(); void submit(); }}>
      {taken.map((each) => <Note key={each.movementId} tone="ok" title={t.sampled}><Activity of={each.activity} /></Note>)}
      <div className="columns-3">
        <ActivityField label={t.activity} value={activity} onChange={setActivity} />
        <NumberField label={t.volume} unit="mL" value={volume} onChange={setVolume} />
        {calibrator.fields}
      </div>
      <Check label={t.retained} value={retained} onChange={setRetained} />
      <Refusals problem={take.problem} />
      <div className="row"><Button type="submit" {...(taken.length === 0 ? { kind: 'primary' as const } : {})} size="large" for={BatchesService.method.takeSample} busy={take.busy}>{t.sample}</Button></div>
    </form>
  );
}
