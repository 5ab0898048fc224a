import { useState } from 'react';
import { useAction } from '../../api/action';
import { DeviationsService } from '../../generated/doseline/quality/v1/deviations_pb';
import { DispositionService } from '../../generated/doseline/quality/v1/disposition_pb';
import { CauseFinding, InvestigationConclusion, InvestigationsService, type Investigation, type InvestigationPhase } from '../../generated/doseline/quality/v1/investigations_pb';
import type { Result } from '../../generated/doseline/quality/v1/results_pb';
import { Button } from '../../ui/Button';
import { Choices, LongField, NumberField, TextField, numberOf } from '../../ui/Fields';
import { Id, Time } from '../../ui/Figures';
import { Badge, Facts } from '../../ui/Panel';
import { Refusals } from '../../ui/Refusals';
import { texts } from '../../text/en';
import { investigationTexts as t } from '../../text/investigations';

const { method } = InvestigationsService;
const others = [DispositionService.typeName, DeviationsService.typeName] as const;

/** Investigations of a batch: each with what is done and the one or two things that come next. */
export const Investigations = ({ investigations, results }: { investigations: readonly Investigation[]; results: readonly Result[] }) =>
  <>{investigations.map((each) => <Card key={each.investigationId} of={each} result={results.find((result) => result.resultId === each.resultId)} />)}</>;

function Card({ of, result }: { of: Investigation; result: Result | undefined }) {
  const open = of.conclusion === InvestigationConclusion.UNSPECIFIED;
  const planned = of.plan?.approval ? of.plan.retestCount - of.retestResultIds.length : 0;
  return (
    <div className={`note ${open ? 'stop' : ''}`} data-investigation={of.investigationId}>
      <h3 className="row spread">{t.title(of.testCode)}<Badge tone={open ? 'stop' : 'ok'}>{t.conclusions[of.conclusion]}</Badge></h3>
      <Facts of={[
        !!result && [t.result, <>{result.rawValue} {result.unit} ({result.limitText}), {result.analystName}</>], [t.deviation, <Id of={of.deviationId} />],
        !!of.laboratory && [t.laboratory, <Phase of={of.laboratory} />], !!of.full && [t.full, <Phase of={of.full} />],
        !!of.plan && [t.plan, t.planned(of.plan.retestCount, of.plan.analystName, of.plan.approval?.signerName ?? '')], of.retestResultIds.length > 0 && [t.retests, t.made(of.retestResultIds.length, of.failedRetestCount)],
        !open && [t.why, of.conclusionText], !!of.closure && [t.signer, <>{of.closure.signerName} <Time at={of.closure.signTime} /></>],
      ]} />
      {open && !of.laboratory && <PhaseForm of={of} phase="laboratory" />}
      {open && of.laboratory?.finding === CauseFinding.NONE && !of.full && <PhaseForm of={of} phase="full" />}
      {open && of.laboratory && !of.plan && <PlanForm of={of} sampleId={result?.sampleId ?? ''} />}
      {open && of.plan && !of.plan.approval && <Approve of={of} />}
      {open && planned > 0 && <p className="small">{t.toMake(planned, of.plan!.analystName)}</p>}
      {open && of.laboratory && planned === 0 && <Conclude of={of} />}
    </div>
  );
}

const Phase = ({ of }: { of: InvestigationPhase }) => <>{t.findings[of.finding]}: {of.text} ({of.personName}, <Time at={of.recordTime} />)</>;

function PhaseForm({ of, phase }: { of: Investigation; phase: 'laboratory' | 'full' }) {
  const which = phase === 'laboratory' ? method.recordLaboratoryPhase : method.recordFullPhase;
  const laboratory = useAction(method.recordLaboratoryPhase, ...others);
  const full = useAction(method.recordFullPhase, ...others);
  const record = phase === 'laboratory' ? laboratory : full;
  const [finding, setFinding] = useState<'1' | '2'>('2');
  const [text, setText] = useState('');
  const [tried, setTried] = useState(false);
  const submit = async () => {
    setTried(true);
    if (text.trim()) await record.run({ investigationId: of.investigationId, version: of.version, finding: Number(finding) as CauseFinding, text });
  };
  return (
    <form className="stack" noValidate onSubmit={(event) => { event.preventDefault(); void submit(); }}>
      <Choices<'1' | '2'> label={t[phase]} value={finding} onChange={setFinding} options={[['1', t.findings[1]!], ['2', t.findings[2]!]]} />
      <LongField label={t.looked} value={text} onChange={setText} wrong={tried && !text.trim() && texts.required} />
      <Refusals problem={record.problem} />
      <div className="row"><Button type="submit" for={which} busy={record.busy}>{t.record[phase]}</Button></div>
    </form>
  );
}

function PlanForm({ of, sampleId }: { of: Investigation; sampleId: string }) {
  const plan = useAction(method.planRetest, ...others);
  const [asked, setAsked] = useState(false);
  const [count, setCount] = useState('');
  const [sample, setSample] = useState(sampleId);
  const [analystId, setAnalystId] = useState('');
  const [analystName, setAnalystName] = useState('');
  const [rationale, setRationale] = useState('');
  const [tried, setTried] = useState(false);
  const missing = (text: string) => tried && !text.trim() && texts.required;
  const submit = async () => {
    setTried(true);
    const retestCount = numberOf(count);
    if (retestCount === null || !analystId.trim() || !analystName.trim() || !rationale.trim()) return;
    await plan.run({ investigationId: of.investigationId, version: of.version, retestCount, sampleId: sample, analystId, analystName, rationale });
  };
  if (!asked) return <div className="row"><Button size="small" for={method.planRetest} onClick={() => setAsked(true)}>{t.planRetest}</Button></div>;
  return (
    <form className="stack" noValidate onSubmit={(event) => { event.preventDefault(); void submit(); }}>
      <p className="small soft">{t.planHint}</p>
      <NumberField label={t.count} value={count} onChange={setCount} wrong={tried && numberOf(count) === null && texts.needsNumber} />
      <TextField label={t.sample} value={sample} onChange={setSample} />
      <TextField label={t.analystName} value={analystName} onChange={setAnalystName} wrong={missing(analystName)} />
      <TextField label={t.analystId} value={analystId} onChange={setAnalystId} wrong={missing(analystId)} />
      <LongField label={t.rationale} value={rationale} onChange={setRationale} wrong={missing(rationale)} />
      <Refusals problem={plan.problem} />
      <div className="row"><Button type="submit" for={method.planRetest} busy={plan.busy}>{t.planRetest}</Button></div>
    </form>
  );
}

function Approve({ of }: { of: Investigation }) {
  const approve = useAction(method.approveRetest, ...others);
  return (
    <div className="stack">
      <p className="small">{of.plan!.rationale}</p>
      <Refusals problem={approve.problem} />
      <div className="row"><Button size="small" for={method.approveRetest} busy={approve.busy} onClick={() => void approve.run({ investigationId: of.investigationId, version: of.version })}>{t.approve}</Button></div>
    </div>
  );
}

function Conclude({ of }: { of: Investigation }) {
  const conclude = useAction(method.concludeInvestigation, ...others);
  const [conclusion, setConclusion] = useState<'1' | '2'>('2');
  const [text, setText] = useState('');
  const [tried, setTried] = useState(false);
  const submit = async () => {
    setTried(true);
    if (text.trim()) await conclude.run({ investigationId: of.investigationId, version: of.version, conclusion: Number(conclusion) as InvestigationConclusion, text });
  };
  return (
    <form className="stack" noValidate onSubmit={(event) => { event.preventDefault(); void submit(); }}>
      <Choices<'1' | '2'> label={t.conclusion} value={conclusion} onChange={setConclusion} options={[['1', t.conclusions[1]!], ['2', t.conclusions[2]!]]} />
      <p className="small soft">{t.conclusionHints[conclusion]}</p>
      <LongField label={t.why} value={text} onChange={setText} wrong={tried && !text.trim() && texts.required} />
      <Refusals problem={conclude.problem} />
      <div className="row"><Button type="submit" for={method.concludeInvestigation} busy={conclude.busy}>{t.conclude}</Button></div>
    </form>
  );
}
