import { useState } from 'react';
import { useList, useRead } from '../../api/query';
import { useSession } from '../../app/session';
import { BatchRecordsService } from '../../generated/doseline/execution/v1/batch_records_pb';
import { LabelFate, LabelsService } from '../../generated/doseline/labeling/v1/labels_pb';
import { SelectField } from '../../ui/Fields';
import { Badge, Empty, Facts, Panel } from '../../ui/Panel';
import { Refusals } from '../../ui/Refusals';
import { labelTexts as t } from '../../text/labels';
import { LabelTable } from './LabelTable';

/** Counts the labels of a batch: every piece is on a dose, out of use or destroyed, or it is open. */
export function Reconciliation() {
  const { site } = useSession();
  const [batchId, setBatchId] = useState('');
  const batches = useList(BatchRecordsService.method.listBatches, { siteId: site?.siteId ?? '', pageSize: 200 }, (page) => page.batches);
  const count = useRead(LabelsService.method.getReconciliation, batchId ? { batchId } : null, { everySeconds: 10 });
  const labels = useList(LabelsService.method.listLabels, batchId ? { batchId, pageSize: 500 } : null, (page) => page.labels, { everySeconds: 10 });
  const none = count.problem?.reasons.some((reason) => reason.code === 'BATCH_WITHOUT_LABELS');
  const sums = count.data;
  const open = (labels.data ?? []).filter((label) => label.fate === LabelFate.UNSPECIFIED);
  return (
    <Panel title={t.countTitle} aside={sums && <Badge tone={sums.reconciled ? 'ok' : 'warn'}>{sums.reconciled ? t.reconciled : t.notReconciled}</Badge>}>
      <p className="soft">{t.countLead}</p>
      <SelectField label={t.batch} value={batchId} onChange={setBatchId} empty="" options={(batches.data ?? []).map((batch) => [batch.batchId, `${batch.batchNumber} · ${batch.productName}`] as const)} />
      {!batchId && <Empty>{t.chooseBatch}</Empty>}
      {none ? <Empty>{t.noLabelsOfBatch}</Empty> : <Refusals problem={count.problem} />}
      {sums && <>
        <p className="equation figure">{t.equation(sums.printedCount, sums.appliedCount, sums.voidedCount, sums.destroyedCount, sums.openCount)}</p>
        <Facts of={[
          [t.counts.printed, String(sums.printedCount)], [t.counts.applied, String(sums.appliedCount)], [t.counts.voided, String(sums.voidedCount)],
          [t.counts.destroyed, String(sums.destroyedCount)], [t.counts.open, <strong>{sums.openCount}</strong>],
        ]} />
        <LabelTable labels={open.length > 0 ? open : labels.data ?? []} empty={t.noLabels} />
      </>}
    </Panel>
  );
}
