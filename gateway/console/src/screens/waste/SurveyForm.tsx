import { useState } from 'react';
import { useAction } from '../../api/action';
import { WasteService, type Container } from '../../generated/doseline/waste/v1/waste_pb';
import { Button } from '../../ui/Button';
import { Check, NumberField, numberOf } from '../../ui/Fields';
import { Refusals } from '../../ui/Refusals';
import { useToast } from '../../ui/Toasts';
import { wasteTexts as t } from '../../text/waste';
import { InstrumentField } from '../cells/InstrumentField';

/** Records the survey of a container that has decayed; a reading above background keeps it here. */
export function SurveyForm({ container, refresh }: { container: Container; refresh(): void }) {
  const [fields, setFields] = useState({ instrument: '', background: '', surface: '' });
  const [unshielded, setUnshielded] = useState(false);
  const [sensitive, setSensitive] = useState(false);
  const survey = useAction(WasteService.method.surveyContainer);
  const say = useToast();
  const set = (change: Partial<typeof fields>) => { survey.clear(); setFields((old) => ({ ...old, ...change })); };
  const submit = async () => {
    const done = await survey.run({
      containerId: container.containerId, instrument: fields.instrument,
      backgroundCpm: numberOf(fields.background) ?? NaN, surfaceCpm: numberOf(fields.surface) ?? NaN, noInterposedShielding: unshielded, mostSensitiveScale: sensitive,
    });
    if (done) say(done.container?.survey?.passed ? t.surveyPassed : t.surveyFailed);
    else refresh();
  };
  return (
    <form className="stack" noValidate onSubmit={(event) => { event.preventDefault(); void submit(); }}>
      <div className="columns-3">
        <NumberField label={t.background} unit={t.cpm} value={fields.background} onChange={(background) => set({ background })} />
        <NumberField label={t.surface} unit={t.cpm} value={fields.surface} onChange={(surface) => set({ surface })} />
        <InstrumentField label={t.instrument} siteId={container.siteId} value={fields.instrument} onChange={(instrument) => set({ instrument })} tried={false} />
      </div>
      <Check label={t.unshielded} value={unshielded} onChange={setUnshielded} />
      <Check label={t.sensitive} value={sensitive} onChange={setSensitive} />
      <Refusals problem={survey.problem} />
      <div className="row"><Button type="submit" kind="primary" size="large" for={WasteService.method.surveyContainer} busy={survey.busy}>{t.surveyDo}</Button></div>
    </form>
  );
}
