import { useState } from 'react';
import { useAction } from '../../api/action';
import { DeviationConclusion, DeviationsService, type Deviation } from '../../generated/doseline/quality/v1/deviations_pb';
import { DispositionService } from '../../generated/doseline/quality/v1/disposition_pb';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { Choices, LongField, TextField } from '../../ui/Fields';
import { Id, Time } from '../../ui/Figures';
import { Badge, Facts } from '../../ui/Panel';
import { Refusals } from '../../ui/Refusals';
import { useToast } from '../../ui/Toasts';
import { texts } from '../../text/en';
import { reviewTexts as t } from '../../text/review';

/** Deviations of a batch: closed here by QA, opened here by anyone who may stop a dose. */
export function Deviations({ batchId, deviations }: { batchId: string; deviations: readonly Deviation[] }) {
  const [opening, setOpening] = useState(false);
  return (
    <>
      {deviations.map((each) => <DeviationCard key={each.deviationId} deviation={each} />)}
      <div className="row"><Button size="small" for={DeviationsService.method.openDeviation} onClick={() => setOpening(true)}>{t.openDeviation}</Button></div>
      {opening && <OpenDialog batchId={batchId} close={() => setOpening(false)} />}
    </>
  );
}

function DeviationCard({ deviation }: { deviation: Deviation }) {
  const open = deviation.conclusion === DeviationConclusion.UNSPECIFIED;
  const say = useToast();
  const close = useAction(DeviationsService.method.closeDeviation, DispositionService.typeName);
  const [conclusion, setConclusion] = useState<'1' | '2'>('1');
  const [rootCause, setRootCause] = useState('');
  const [capa, setCapa] = useState('');
  const [tried, setTried] = useState(false);
  const submit = async () => {
    setTried(true);
    if (!rootCause.trim()) return;
    if (await close.run({ deviationId: deviation.deviationId, conclusion: Number(conclusion) as DeviationConclusion, rootCause, capaReference: capa, version: deviation.version })) say(t.closed);
  };
  return (
    <div className={`note ${open ? 'stop' : ''}`} data-deviation={deviation.deviationId}>
      <h3 className="row spread">{deviation.summary}<Badge tone={open ? 'stop' : 'ok'}>{open ? t.openState : t.closedState}</Badge></h3>
      <Facts of={[
        [t.code, <code className="id">{deviation.code}</code>], [t.raised, <>{deviation.openedBy} <Time at={deviation.openTime} /></>], [texts.screens.trace, <Id of={deviation.deviationId} />],
        !open && [t.conclusion, t.conclusions[deviation.conclusion]], !open && [t.rootCause, deviation.rootCause], deviation.capaReference !== '' && [t.capa, deviation.capaReference], !open && [t.signer, <>{deviation.closure?.signerName} <Time at={deviation.closure?.signTime} /></>],
      ]} />
      {open && (
        <form className="stack" noValidate onSubmit={(event) => { event.preventDefault(); void submit(); }}>
          <Choices<'1' | '2'> label={t.conclusion} value={conclusion} onChange={setConclusion} options={[['1', t.conclusions[1]!], ['2', t.conclusions[2]!]]} />
          <p className="small soft">{t.conclusionHints[conclusion]}</p>
          <LongField label={t.rootCause} value={rootCause} onChange={setRootCause} wrong={tried && !rootCause.trim() ? t.missingReason : undefined} />
          <TextField label={t.capa} hint={t.capaHint} value={capa} onChange={setCapa} />
          <Refusals problem={close.problem} />
          <div className="row"><Button type="submit" for={DeviationsService.method.closeDeviation} busy={close.busy}>{t.closeDeviation}</Button></div>
        </form>
      )}
    </div>
  );
}

function OpenDialog({ batchId, close }: { batchId: string; close(): void }) {
  const say = useToast();
  const open = useAction(DeviationsService.method.openDeviation, DispositionService.typeName);
  const [code, setCode] = useState('');
  const [summary, setSummary] = useState('');
  const submit = async () => {
    if (!await open.run({ batchId, code, summary })) return;
    say(t.opened);
    close();
  };
  return (
    <Dialog title={t.openDeviation} onClose={close} onSubmit={() => void submit()} foot={<>
      <button type="button" className="button" onClick={close}>{texts.cancel}</button>
      <Button type="submit" kind="danger" for={DeviationsService.method.openDeviation} busy={open.busy}>{t.openDeviation}</Button>
    </>}>
      <TextField label={t.code} hint={t.codeHint} value={code} onChange={(value) => setCode(value.toUpperCase().replaceAll(' ', '_'))} />
      <LongField label={t.summary} value={summary} onChange={setSummary} />
      <Refusals problem={open.problem} />
    </Dialog>
  );
}
