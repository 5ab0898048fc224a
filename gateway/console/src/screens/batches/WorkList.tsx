import { useState } from 'react';
import { useLocation } from 'wouter';
import { useAction } from '../../api/action';
import { useList } from '../../api/query';
import { useWatch } from '../../api/watch';
import { useNow } from '../../app/clock';
import { useSession } from '../../app/session';
import { BatchRecordsService, BatchState, type Batch } from '../../generated/doseline/execution/v1/batch_records_pb';
import { BatchesService } from '../../generated/doseline/execution/v1/batches_pb';
import { EquipmentService } from '../../generated/doseline/execution/v1/equipment_pb';
import { EquipmentClass } from '../../generated/doseline/execution/v1/recipes_pb';
import { RunState, SchedulerService, type Run } from '../../generated/doseline/execution/v1/scheduler_pb';
import type { DoseDisposition } from '../../generated/doseline/quality/v1/disposition_pb';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { Choices, LongField } from '../../ui/Fields';
import { Time } from '../../ui/Figures';
import { Badge, Note, Panel, Screen } from '../../ui/Panel';
import { Refusals } from '../../ui/Refusals';
import { ListTable, Table, type Column } from '../../ui/Table';
import { useToast } from '../../ui/Toasts';
import { millis, timestamp } from '../../physics/time';
import { texts } from '../../text/en';
import { batchTexts as t } from '../../text/batches';
import { decidedOn, useDispositions } from '../review/dispositions';

const hour = 3_600_000;

/** What is to be made now: runs to start and batches in hand. */
export function WorkList() {
  const { site } = useSession();
  const siteId = site?.siteId ?? '';
  const [, go] = useLocation();
  const now = useNow(60);
  const from = Math.floor(now / hour) * hour - 12 * hour;
  const batches = useWatch(BatchRecordsService.method.watchBatches, { siteId }, (message) => [message.batch!.batchId, message.batch!]);
  const { ofBatch } = useDispositions(siteId);
  const runs = useList(SchedulerService.method.listRuns, { siteId, fromTime: timestamp(from), untilTime: timestamp(from + 72 * hour), pageSize: 200 }, (page) => page.runs, { everySeconds: 15 });
  const cells = useList(EquipmentService.method.listEquipment, { siteId, equipmentClass: EquipmentClass.HOT_CELL, pageSize: 100 }, (page) => page.equipment);
  const [starting, setStarting] = useState<Run | null>(null);
  const all = [...batches.rows.values()].sort((a, b) => (millis(b.startTime) ?? 0) - (millis(a.startTime) ?? 0));
  const cellName = (id: string) => cells.data?.find((each) => each.equipmentId === id)?.code ?? id.slice(0, 8);
  const columns: Column<Batch>[] = [
    { title: t.columns.number, cell: (batch) => batch.batchNumber },
    { title: t.columns.product, cell: (batch) => batch.productName },
    { title: t.columns.cell, cell: (batch) => cellName(batch.hotCellId) },
    { title: t.columns.state, cell: (batch) => <BatchBadge batch={batch} doses={ofBatch.get(batch.batchId)} /> },
    { title: t.columns.started, cell: (batch) => <Time at={batch.startTime} /> },
    { title: t.columns.version, number: true, cell: (batch) => String(batch.recordVersion) },
  ];
  const open = (batch: Batch) => go(`/batches/${batch.batchId}`);
  return (
    <Screen title={texts.screens.batches} lead={t.lead}>
      <Refusals problem={batches.problem?.reasons.length ? batches.problem : null} />
      <Panel title={t.running} flush>
        <Table label={t.running} rows={all.filter((batch) => batch.state === BatchState.RUNNING)} rowKey={(batch) => batch.batchId} columns={columns} onOpen={open} empty={t.noBatches} />
      </Panel>
      <Panel title={t.runs} flush>
        <ListTable<Run>
          label={t.runs} rowKey={(run) => run.runId} empty={t.noRuns} list={{ ...runs, data: runs.data?.filter((run) => run.state === RunState.PLANNED) }}
          columns={[
            { title: t.columns.product, cell: (run) => run.productCode },
            { title: t.columns.cell, cell: (run) => cellName(run.hotCellId) },
            { title: t.columns.starts, cell: (run) => <Time at={run.startTime} /> },
            { title: t.columns.end, cell: (run) => <Time at={run.endOfSynthesisTime} /> },
            { title: t.columns.release, cell: (run) => <Time at={run.releaseTime} /> },
            { title: t.columns.doses, number: true, cell: (run) => `${run.dosesReserved} / ${run.doseCapacity}` },
            { title: t.start, cell: (run) => <Button kind="primary" for={BatchesService.method.startBatch} onClick={() => setStarting(run)}>{t.start}</Button> },
          ]}
        />
      </Panel>
      <Panel title={t.done} flush>
        <Table label={t.done} rows={all.filter((batch) => batch.state !== BatchState.RUNNING)} rowKey={(batch) => batch.batchId} columns={columns} onOpen={open} empty={t.noDone} />
      </Panel>
      {starting && <StartDialog run={starting} close={() => setStarting(null)} opened={(id) => go(`/batches/${id}`)} />}
    </Screen>
  );
}

/** State of a batch in a word. */
export function BatchBadge({ batch, doses }: { batch: Batch; doses: readonly DoseDisposition[] | undefined }) {
  if (batch.onHold) return <Badge tone="warn">{t.hold}</Badge>;
  const decided = batch.state === BatchState.READY ? decidedOn(doses ?? []) : null;
  if (decided) return <Badge tone={decided === 'rejected' ? 'stop' : decided === 'conditional' ? 'warn' : 'ok'}>{t.decidedStates[decided]}</Badge>;
  return <Badge tone={batch.state === BatchState.RUNNING ? 'live' : batch.state === BatchState.READY ? 'warn' : 'ok'}>{t.states[batch.state]}</Badge>;
}

function StartDialog({ run, close, opened }: { run: Run; close(): void; opened(batchId: string): void }) {
  const start = useAction(BatchesService.method.startBatch, SchedulerService.typeName, BatchRecordsService.typeName);
  const say = useToast();
  const [superseded, setSuperseded] = useState<'no' | 'yes'>('no');
  const [reason, setReason] = useState('');
  const submit = async () => {
    const answer = await start.run({ runId: run.runId, allowSupersededRecipe: superseded === 'yes', reason });
    if (!answer?.batch) return;
    say(t.started);
    opened(answer.batch.batchId);
  };
  return (
    <Dialog title={t.starting(run.productCode)} onClose={close} onSubmit={() => void submit()} foot={<>
      <button type="button" className="button" onClick={close}>{texts.cancel}</button>
      <Button type="submit" kind="primary" for={BatchesService.method.startBatch} busy={start.busy}>{t.start}</Button>
    </>}>
      <Note>{t.startWhat}</Note>
      {start.problem && <>
        <Choices<'no' | 'yes'> label={t.superseded} value={superseded} onChange={setSuperseded} options={[['no', texts.no], ['yes', texts.yes]]} />
        {superseded === 'yes' && <LongField label={texts.reason} hint={texts.reasonHint} value={reason} onChange={setReason} />}
      </>}
      <Refusals problem={start.problem} />
    </Dialog>
  );
}
