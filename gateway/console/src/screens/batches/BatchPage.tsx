import { useState } from 'react';
import { useAction } from '../../api/action';
import { isStale, type Problem } from '../../api/refusals';
import { useList } from '../../api/query';
import { BatchExceptionState, BatchRecordsService, BatchState, BatchStepState, type BatchRecord } from '../../generated/doseline/execution/v1/batch_records_pb';
import { BatchesService } from '../../generated/doseline/execution/v1/batches_pb';
import { DispositionService } from '../../generated/doseline/quality/v1/disposition_pb';
import { Button } from '../../ui/Button';
import { Activity, Id, Time } from '../../ui/Figures';
import { Facts, Loading, Note, Panel, Screen } from '../../ui/Panel';
import { Refusals } from '../../ui/Refusals';
import { Tabs } from '../../ui/Tabs';
import { useToast } from '../../ui/Toasts';
import { texts } from '../../text/en';
import { batchTexts as t } from '../../text/batches';
import { Exceptions } from './Exceptions';
import { BalanceView, Doses, Movements } from './RecordParts';
import { StepList, isNext } from './StepList';
import { StepCard } from './StepCard';
import { useRecord } from './useRecord';
import { WasteDialog } from './WasteDialog';
import { BatchBadge } from './WorkList';

type Part = 'doses' | 'exceptions' | 'movements' | 'balance';

/** One batch: its recipe step by step, and the record as it grows. */
export function BatchPage({ id }: { id: string }) {
  const { read, record, changes, markSeen } = useRecord(id);
  const dispositions = useList(DispositionService.method.listDispositions, record?.batch ? { siteId: record.batch.siteId, batchId: id, pageSize: 500 } : null, (page) => page.dispositions, { everySeconds: 15 });
  const [chosen, setChosen] = useState<string | null>(null);
  const [part, setPart] = useState<Part>('doses');
  if (read.loading) return <Loading />;
  if (!record?.batch) return <Screen title={texts.screens.batches}><Refusals problem={read.problem} /></Screen>;
  const { batch } = record;
  const current = record.steps.find((step) => isNext(record, step.stepId)) ?? record.steps[record.steps.length - 1];
  const shown = record.steps.find((step) => step.stepId === chosen) ?? current;
  const open = record.exceptions.filter((each) => each.state === BatchExceptionState.OPEN).length;
  return (
    <Screen title={`${batch.batchNumber}`} lead={<span className="row"><BatchBadge batch={batch} doses={dispositions.data} /> {batch.productName}</span>} actions={<Ends record={record} stale={read.refresh} />}>
      {batch.onHold && <Note tone="warn" title={t.held} />}
      {changes.length > 0 && (
        <div className="note warn" role="status">
          <h3>{t.changed}</h3>
          <ul className="changes">{changes.slice(-6).map((each, i) => <li key={i}>{each}</li>)}</ul>
          <button type="button" className="button small" onClick={markSeen}>{t.seen}</button>
        </div>
      )}
      <div className="batch">
        <StepList record={record} chosen={shown?.stepId ?? ''} choose={setChosen} />
        <div className="stack">
          {shown && <StepCard key={shown.stepId} record={record} step={shown} refresh={read.refresh} done={() => setChosen(null)} />}
          <Panel>
            <Tabs<Part> label={t.record} value={part} onChange={setPart} options={[
              ['doses', `${t.doses} ${record.doses.length}`], ['exceptions', `${t.exceptions} ${open > 0 ? `${open}/${record.exceptions.length}` : record.exceptions.length}`], ['movements', t.movements], ['balance', t.balance],
            ]}>
              {part === 'doses' && <Doses record={record} />}
              {part === 'exceptions' && <Exceptions record={record} />}
              {part === 'movements' && <Movements record={record} />}
              {part === 'balance' && <BalanceView balance={record.balance} />}
            </Tabs>
          </Panel>
          <Panel title={t.record}>
            <Facts of={[
              [t.record, <strong data-record-version>{String(batch.recordVersion)}</strong>], [t.recipe, `${batch.recipeCode} ${texts.version.toLowerCase()} ${batch.recipeVersion}`],
              [t.endOfSynthesis, batch.endOfSynthesisTime ? <Time at={batch.endOfSynthesisTime} /> : ''], [t.bulk, batch.bulk ? <Activity of={batch.bulk} /> : ''],
              [t.finished, batch.finishTime ? <Time at={batch.finishTime} /> : ''], [t.hash, batch.recordHash ? <Id of={batch.recordHash} short={16} /> : ''],
            ]} />
          </Panel>
        </div>
      </div>
    </Screen>
  );
}

// What ends a batch: residue, finish, close.
function Ends({ record, stale }: { record: BatchRecord; stale(): void }) {
  const batch = record.batch!;
  const say = useToast();
  const [waste, setWaste] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const finish = useAction(BatchesService.method.finishProduction, BatchRecordsService.typeName);
  const close = useAction(BatchesService.method.closeRecord, BatchRecordsService.typeName);
  const stepsLeft = record.steps.some((step) => step.state !== BatchStepState.COMPLETE);
  const running = batch.state === BatchState.RUNNING;
  const end = async () => {
    setProblem(null);
    const answer = await finish.run({ batchId: batch.batchId, recordVersion: batch.recordVersion });
    if (answer && answer.exceptions.length === 0) say(t.finished2);
    if (!answer) stale();
  };
  const problems = finish.problem ?? close.problem ?? problem;
  return (
    <>
      <Button for={BatchesService.method.recordWaste} why={running ? null : t.states[batch.state]!} onClick={() => setWaste(true)}>{t.waste}</Button>
      {running && <Button kind="primary" for={BatchesService.method.finishProduction} busy={finish.busy} why={stepsLeft || batch.onHold ? t.finishWhy : null} onClick={() => void end()}>{t.finish}</Button>}
      {batch.state === BatchState.READY && <Button for={BatchesService.method.closeRecord} busy={close.busy} onClick={() => void close.run({ batchId: batch.batchId }).then((answer) => answer && say(t.closed2))}>{t.close}</Button>}
      {waste && <WasteDialog record={record} close={() => setWaste(false)} />}
      {problems && <div className="ends-refused"><Refusals problem={problems} {...(isStale(problems) ? { title: t.staleTitle } : {})} /></div>}
    </>
  );
}

