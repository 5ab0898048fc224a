import { useState } from 'react';
import { BalanceView, Doses, Movements } from '../batches/RecordParts';
import { StepValues } from '../batches/StepValues';
import { Id, Time } from '../../ui/Figures';
import { Empty, Panel } from '../../ui/Panel';
import { Table } from '../../ui/Table';
import { Tabs } from '../../ui/Tabs';
import { batchTexts } from '../../text/batches';
import { reviewTexts as t } from '../../text/review';
import { ResultTable } from './Results';
import type { ReviewOfBatch } from './useReview';

type Part = 'steps' | 'tests' | 'doses' | 'material' | 'balance' | 'frozen';

/** Everything that was entered, for who wants to see more than what deviates. */
export function WholeRecord({ all }: { all: ReviewOfBatch }) {
  const [part, setPart] = useState<Part>('steps');
  const { record } = all;
  if (!record) return null;
  return (
    <Panel title={t.whole}>
      <Tabs<Part> label={t.whole} value={part} onChange={setPart} options={[['steps', t.steps2], ['tests', t.results], ['doses', t.doses], ['material', t.material], ['balance', t.balance2], ['frozen', t.frozen]]}>
        {part === 'steps' && (
          <Table label={t.steps2} rows={record.steps} rowKey={(step) => step.stepId} columns={[
            { title: batchTexts.step, cell: (step) => step.title },
            { title: batchTexts.performedBy, cell: (step) => <>{step.performedBy} <Time at={step.completeTime} /></> },
            { title: batchTexts.verifiedBy, cell: (step) => (step.verifiedBy ? <>{step.verifiedBy} <Time at={step.verifyTime} /></> : '–') },
            { title: t.value, cell: (step) => <StepValues values={step.values} /> },
            { title: t.remark, cell: (step) => step.comment },
          ]} />
        )}
        {part === 'tests' && <ResultTable results={all.results} />}
        {part === 'doses' && <Doses record={record} />}
        {part === 'material' && <Movements record={record} />}
        {part === 'balance' && <BalanceView balance={record.balance} />}
        {part === 'frozen' && (all.frozen.length === 0 ? <Empty>{t.notReady}</Empty> : all.frozen.map((each) => (
          <details key={String(each.recordVersion)}>
            <summary>{t.record} {String(each.recordVersion)} · <Time at={each.freezeTime} day="always" /> · <Id of={each.recordHash} short={16} /></summary>
            <pre className="mono small sign-content" tabIndex={0}>{JSON.stringify(JSON.parse(each.canonicalJson), null, 1)}</pre>
          </details>
        )))}
      </Tabs>
    </Panel>
  );
}
