import { Link } from 'wouter';
import type { Balance, BatchRecord } from '../../generated/doseline/execution/v1/batch_records_pb';
import { DoseState } from '../../generated/doseline/execution/v1/records_pb';
import { Activity, LiveActivity, Time } from '../../ui/Figures';
import { Badge, Empty, Facts, type Tone } from '../../ui/Panel';
import { Table } from '../../ui/Table';
import { percentText } from '../../physics/units';
import { batchTexts as t } from '../../text/batches';

/** Colour of a dose by its state. */
export const doseTone = (state: DoseState): Tone =>
  state === DoseState.LOST ? 'stop' : state === DoseState.HELD || state === DoseState.PENDING ? 'warn' : state >= DoseState.RELEASED ? 'ok' : state === DoseState.DISPENSED ? 'live' : 'plain';

/** Doses of a batch. */
export function Doses({ record }: { record: BatchRecord }) {
  return (
    <Table
      label={t.doses} empty={t.noDoses} rows={record.doses} rowKey={(dose) => dose.record?.doseId ?? ''}
      columns={[
        { title: t.dose, cell: (dose) => <Link href={`/trace/${dose.record?.doseId}`} className="id">{dose.record?.doseId.slice(0, 10)}</Link> },
        { title: t.doseState, cell: (dose) => <Badge tone={doseTone(dose.record?.state ?? 0)}>{t.doseStates[dose.record?.state ?? 0]}</Badge> },
        { title: t.ordered, cell: (dose) => <Activity of={dose.record?.ordered} /> },
        { title: t.measured, number: true, cell: (dose) => (dose.record?.measured ? <LiveActivity of={dose.record.measured} everySeconds={5} /> : '–') },
        { title: t.expires, cell: (dose) => <Time at={dose.record?.expireTime} /> },
        { title: t.order, cell: (dose) => <Link href={`/orders/${dose.record?.orderId}`}>{t.order}</Link> },
      ]}
    />
  );
}

/** Material in and out of a batch. */
export function Movements({ record }: { record: BatchRecord }) {
  return (
    <Table
      label={t.movements} empty={t.noMovements} rows={record.movements} rowKey={(each) => each.movementId}
      columns={[
        { title: t.movementColumns.kind, cell: (each) => `${t.movementKinds[each.kind]} ${each.materialCode}` },
        { title: t.movementColumns.activity, cell: (each) => (each.activity ? <Activity of={each.activity} /> : `${each.quantity} ${each.unit}`) },
        { title: t.movementColumns.by, cell: (each) => each.doneBy },
        { title: t.movementColumns.at, cell: (each) => <Time at={each.entryTime} /> },
        { title: t.movementColumns.note, cell: (each) => each.note },
      ]}
    />
  );
}

/** Where the activity went. */
export function BalanceView({ balance }: { balance: Balance | undefined }) {
  if (!balance) return <Empty>{t.noMovements}</Empty>;
  return (
    <Facts of={[
      [t.balanceRows.issued, <Activity of={balance.issued} />], [t.balanceRows.dispensed, <Activity of={balance.dispensed} />], [t.balanceRows.samples, <Activity of={balance.samples} />],
      [t.balanceRows.waste, <Activity of={balance.waste} />], [t.balanceRows.loss, <Activity of={balance.loss} />],
      [t.balanceRows.unexplained, percentText(balance.unexplainedFraction)], [t.balanceRows.tolerance, `± ${percentText(balance.toleranceFraction)}`],
    ]} />
  );
}
