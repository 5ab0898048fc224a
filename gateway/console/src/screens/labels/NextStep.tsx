import { useState } from 'react';
import { useAction } from '../../api/action';
import { useScan } from '../../app/scan';
import { LabelFate, LabelsService, PrintState, type Label } from '../../generated/doseline/labeling/v1/labels_pb';
import { Button } from '../../ui/Button';
import { TextField } from '../../ui/Fields';
import { Note } from '../../ui/Panel';
import { Refusals } from '../../ui/Refusals';
import { useToast } from '../../ui/Toasts';
import { texts } from '../../text/en';
import { labelTexts as t } from '../../text/labels';

/** The one thing that is to be done with a label now: printer, scan, dose. A scan verifies at once. */
export function NextStep({ label, gone }: { label: Label; gone: string | null }) {
  if (gone) return <p className="soft">{gone}</p>;
  if (label.fate === LabelFate.APPLIED) return <p className="soft">{t.done}</p>;
  if (label.state === PrintState.QUEUED || label.state === PrintState.FAILED) return <Printer label={label} />;
  return label.state === PrintState.PRINTED ? <Verify label={label} /> : <Apply label={label} />;
}

function Printer({ label }: { label: Label }) {
  const report = useAction(LabelsService.method.reportPrintResult);
  const [detail, setDetail] = useState('');
  const say = useToast();
  const tell = async (state: PrintState, word: string) => {
    if (await report.run({ printId: label.printId, state, detail })) say(word);
  };
  return (
    <div className="stack">
      {label.state === PrintState.FAILED && <Note tone="stop" title={t.states[4]} />}
      {label.state === PrintState.QUEUED && <Note title={t.waitsFor(label.printer)}>{t.waitsHint}</Note>}
      {label.state === PrintState.QUEUED && <TextField label={t.detail} value={detail} onChange={setDetail} />}
      <div className="row">
        {label.state === PrintState.QUEUED && <>
          <Button kind="primary" size="large" for={LabelsService.method.reportPrintResult} busy={report.busy} onClick={() => void tell(PrintState.PRINTED, t.cameDone)}>{t.came}</Button>
          <Button size="large" for={LabelsService.method.reportPrintResult} busy={report.busy} onClick={() => void tell(PrintState.FAILED, t.failedDone)}>{t.failed}</Button>
        </>}
        {label.state === PrintState.FAILED && <Button kind="primary" size="large" for={LabelsService.method.reportPrintResult} busy={report.busy} onClick={() => void tell(PrintState.QUEUED, t.queued(label.printer))}>{t.again}</Button>}
      </div>
      <Refusals problem={report.problem} />
    </div>
  );
}

function Verify({ label }: { label: Label }) {
  const verify = useAction(LabelsService.method.verifyLabel);
  const [code, setCode] = useState('');
  const [tried, setTried] = useState(false);
  const say = useToast();
  const check = async (scan: string) => {
    setTried(true);
    if (scan && (await verify.run({ printId: label.printId, scan }))) say(t.verified);
  };
  useScan((scan) => { setCode(scan); void check(scan); });
  return (
    <form className="stack" onSubmit={(event) => { event.preventDefault(); void check(code); }}>
      <TextField label={t.scan} hint={t.verifyHint} value={code} onChange={(value) => { setCode(value); verify.clear(); }} wrong={tried && !code ? texts.required : undefined} />
      <div className="row"><Button type="submit" kind="primary" size="large" for={LabelsService.method.verifyLabel} busy={verify.busy}>{t.verify}</Button></div>
      <Refusals problem={verify.problem} />
    </form>
  );
}

function Apply({ label }: { label: Label }) {
  const apply = useAction(LabelsService.method.markApplied);
  const say = useToast();
  return (
    <div className="stack">
      <div className="row"><Button kind="primary" size="large" for={LabelsService.method.markApplied} busy={apply.busy} onClick={() => void apply.run({ printId: label.printId }).then((done) => done && say(t.applied))}>{t.apply}</Button></div>
      <Refusals problem={apply.problem} />
    </div>
  );
}
