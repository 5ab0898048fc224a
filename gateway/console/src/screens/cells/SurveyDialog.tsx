import { useState } from 'react';
import { useAction } from '../../api/action';
import { EquipmentService, type HotCell } from '../../generated/doseline/execution/v1/equipment_pb';
import { HotCellsService } from '../../generated/doseline/execution/v1/hot_cells_pb';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { NumberField, numberOf, TextField } from '../../ui/Fields';
import { Refusals } from '../../ui/Refusals';
import { useToast } from '../../ui/Toasts';
import { InstrumentField } from './InstrumentField';
import { texts } from '../../text/en';
import { cellTexts as t } from '../../text/cells';

interface Reading {
  readonly place: string;
  readonly gross: string;
  readonly measured: string;
  readonly standsFor: string;
}

const empty: Reading = { place: '', gross: '', measured: '', standsFor: '' };

/** Records a contamination survey: instrument, background and readings as they were read; whether the cell is clear is the platform's answer. */
export function SurveyDialog({ cell, close }: { cell: HotCell; close(): void }) {
  const { siteId, equipmentId } = cell.equipment!;
  const [instrument, setInstrument] = useState('');
  const [fields, setFields] = useState({ background: '', count: '', efficiency: '' });
  const [readings, setReadings] = useState<readonly Reading[]>([empty]);
  const [tried, setTried] = useState(false);
  const survey = useAction(HotCellsService.method.surveyCell, EquipmentService.typeName);
  const say = useToast();
  const set = (change: Partial<typeof fields>) => setFields((old) => ({ ...old, ...change }));
  const setReading = (at: number, change: Partial<Reading>) => setReadings((all) => all.map((each, i) => (i === at ? { ...each, ...change } : each)));
  const wrong = (text: string) => tried && numberOf(text) === null && texts.needsNumber;
  const efficiency = numberOf(fields.efficiency);
  const complete = instrument !== '' && [fields.background, fields.count, fields.efficiency, ...readings.flatMap((each) => [each.gross, each.measured, each.standsFor])].every((each) => numberOf(each) !== null) && readings.every((each) => each.place.trim() !== '');
  const submit = async () => {
    setTried(true);
    if (!complete) return;
    const done = await survey.run({
      hotCellId: equipmentId, instrumentId: instrument, backgroundCpm: numberOf(fields.background)!, countSeconds: numberOf(fields.count)!, efficiency: efficiency! / 100,
      readings: readings.map((each) => ({ place: each.place.trim(), grossCpm: numberOf(each.gross)!, measuredCm2: numberOf(each.measured)!, standsForCm2: numberOf(each.standsFor)! })),
    });
    if (!done) return;
    say(done.survey?.passed ? t.surveyPassed : t.surveyFailed);
    close();
  };
  return (
    <Dialog title={t.surveyTitle} onClose={close} onSubmit={() => void submit()} foot={<>
      <button type="button" className="button" onClick={close}>{texts.cancel}</button>
      <Button type="submit" kind="primary" for={HotCellsService.method.surveyCell} busy={survey.busy}>{t.survey}</Button>
    </>}>
      <InstrumentField label={t.instrument} siteId={siteId} value={instrument} onChange={setInstrument} tried={tried} />
      <div className="columns-3">
        <NumberField label={t.background} unit={t.cpm} value={fields.background} onChange={(background) => set({ background })} wrong={wrong(fields.background)} />
        <NumberField label={t.count} unit={t.seconds} hint={t.countHint} value={fields.count} onChange={(count) => set({ count })} wrong={wrong(fields.count)} />
        <NumberField label={t.efficiency} unit={t.percent} hint={t.efficiencyHint} value={fields.efficiency} onChange={(each) => set({ efficiency: each })} wrong={wrong(fields.efficiency)} />
      </div>
      <fieldset className="fieldset">
        <legend>{t.readings}</legend>
        {readings.map((each, i) => (
          <div key={i} className="reading">
            <TextField label={t.place} value={each.place} onChange={(place) => setReading(i, { place })} wrong={tried && each.place.trim() === '' && texts.required} />
            <NumberField label={t.gross} unit={t.cpm} value={each.gross} onChange={(gross) => setReading(i, { gross })} wrong={wrong(each.gross)} />
            <NumberField label={t.measured} unit={t.cm2} value={each.measured} onChange={(measured) => setReading(i, { measured })} wrong={wrong(each.measured)} />
            <NumberField label={t.standsFor} unit={t.cm2} value={each.standsFor} onChange={(standsFor) => setReading(i, { standsFor })} wrong={wrong(each.standsFor)} />
            <button type="button" className="button small" disabled={readings.length === 1} onClick={() => setReadings((all) => all.filter((_, at) => at !== i))}>{t.removeReading}</button>
          </div>
        ))}
        <div className="row"><button type="button" className="button small" onClick={() => setReadings((all) => [...all, { ...empty, measured: all.at(-1)!.measured, standsFor: all.at(-1)!.standsFor }])}>{t.addReading}</button></div>
      </fieldset>
      <Refusals problem={survey.problem} />
    </Dialog>
  );
}
