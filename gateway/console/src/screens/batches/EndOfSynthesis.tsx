import { useState } from 'react';
import { useAction } from '../../api/action';
import { useTime } from '../../app/clock';
import { useZoneOf } from '../../app/session';
import { BatchRecordsService, type BatchRecord } from '../../generated/doseline/execution/v1/batch_records_pb';
import { BatchesService } from '../../generated/doseline/execution/v1/batches_pb';
import { Button } from '../../ui/Button';
import { ActivityField, bqOf, LocalTimeField, NumberField, numberOf, useTypedActivity } from '../../ui/Fields';
import { Activity, Time } from '../../ui/Figures';
import { Note } from '../../ui/Panel';
import { Refusals } from '../../ui/Refusals';
import { timestamp } from '../../physics/time';
import { percentText } from '../../physics/units';
import { batchTexts as t } from '../../text/batches';
import { useCalibrator } from './CalibratorFields';

/** Records end of synthesis and the bulk as measured. */
export function EndOfSynthesis({ record }: { record: BatchRecord }) {
  const batch = record.batch!;
  const zone = useZoneOf()(batch.siteId);
  const action = useAction(BatchesService.method.recordEndOfSynthesis, BatchRecordsService.typeName);
  const ended = useTime(zone);
  const measured = useTime(zone);
  const [bulk, setBulk] = useTypedActivity(undefined, record.recipe?.nuclide);
  const [volume, setVolume] = useState('');
  const calibrator = useCalibrator(batch.siteId, record.recipe?.nuclide ?? '');
  const [answer, setAnswer] = useState<string | null>(null);
  if (batch.endOfSynthesisTime) return <Note tone="ok" title={t.eosTitle}><Time at={batch.endOfSynthesisTime} /> · <Activity of={batch.bulk} />{batch.bulkReading && ` · ${batch.bulkReading.instrumentCode}, ${batch.bulkReading.geometry}, ${t.factor.toLowerCase()} ${batch.bulkReading.factor}`}{answer && ` · ${answer}`}</Note>;
  const instant = (time: typeof ended) => {
    const at = time.meant();
    return at === null ? undefined : timestamp(at);
  };
  const submit = async () => {
    const done = await action.run({
      batchId: batch.batchId, endOfSynthesisTime: instant(ended), volumeMl: numberOf(volume) ?? NaN, instrumentId: calibrator.instrumentId, geometry: calibrator.geometry,
      bulk: { nuclide: record.recipe?.nuclide ?? '', activityBq: bqOf(bulk) ?? NaN, referenceTime: instant(measured) },
    });
    if (done) setAnswer(`${t.eosDone(percentText(done.yieldFraction))}${done.lateOrderIds.length > 0 ? ` ${t.lateOrders(done.lateOrderIds.length)}` : ''}`);
  };
  return (
    <form className="stack part" noValidate onSubmit={(event) => { event.preventDefault(); void submit(); }}>
      <div className="columns-3">
        <LocalTimeField label={t.eosTime} zone={zone} value={ended.text} onChange={ended.type} />
        <ActivityField label={t.eosBulk} value={bulk} onChange={setBulk} />
        <LocalTimeField label={t.eosMeasured} zone={zone} value={measured.text} onChange={measured.type} />
        <NumberField label={t.volume} unit="mL" value={volume} onChange={setVolume} />
        {calibrator.fields}
      </div>
      <Refusals problem={action.problem} />
      <div className="row"><Button type="submit" kind="primary" size="large" for={BatchesService.method.recordEndOfSynthesis} busy={action.busy}>{t.eosRecord}</Button></div>
    </form>
  );
}
