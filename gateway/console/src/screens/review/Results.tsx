import { Verdict, type Result } from '../../generated/doseline/quality/v1/results_pb';
import { Id, Time } from '../../ui/Figures';
import { Badge } from '../../ui/Panel';
import { Table } from '../../ui/Table';
import { unitText } from '../batches/StepInputs';
import { reviewTexts as t } from '../../text/review';

/** Results with their limits and verdicts. */
export function ResultTable({ results }: { results: readonly Result[] }) {
  return (
    <Table
      label={t.results} rows={results} rowKey={(each) => each.resultId}
      columns={[
        { title: t.resultColumns.test, cell: (each) => each.testCode },
        { title: t.resultColumns.value, number: true, cell: (each) => <span className="figure">{each.rawValue} {unitText(each.unit)}</span> },
        { title: t.resultColumns.limit, cell: (each) => <span className="figure">{each.limitText}</span> },
        { title: t.resultColumns.verdict, cell: (each) => <Badge tone={each.verdict === Verdict.PASS ? 'ok' : 'stop'}>{t.verdicts[each.verdict]}</Badge> },
        { title: t.resultColumns.late, cell: (each) => (each.lateReason ? t.lateEntry(each.lateReason, each.lateWitnessName) : '') },
        { title: t.resultColumns.attempt, number: true, cell: (each) => String(each.attempt) },
        { title: t.resultColumns.dose, cell: (each) => (each.doseId ? <Id of={each.doseId} /> : t.wholeBatch) },
        { title: t.resultColumns.method, cell: (each) => each.method },
        { title: t.resultColumns.analyst, cell: (each) => each.analystName },
        { title: t.resultColumns.at, cell: (each) => <Time at={each.measureTime} /> },
      ]}
    />
  );
}
