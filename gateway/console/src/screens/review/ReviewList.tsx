import { useMemo } from 'react';
import { useLocation } from 'wouter';
import { useWatch } from '../../api/watch';
import { useSession } from '../../app/session';
import { DispositionService, type DoseDisposition } from '../../generated/doseline/quality/v1/disposition_pb';
import { Disposition } from '../../generated/doseline/quality/v1/events_pb';
import { Countdown, Time } from '../../ui/Figures';
import { Badge, Loading, Panel, Screen } from '../../ui/Panel';
import { Refusals } from '../../ui/Refusals';
import { Table, type Column } from '../../ui/Table';
import { millis } from '../../physics/time';
import { count, texts } from '../../text/en';
import { investigationTexts } from '../../text/investigations';
import { reviewTexts as t } from '../../text/review';
import { Capas } from './Capas';
import { soonest, waits } from './dispositions';

/** A batch with the dispositions of its doses. */
interface Row {
  readonly batchId: string;
  readonly doses: readonly DoseDisposition[];
}

/** Batches that wait for QA, soonest deadline first; live. */
export function ReviewList() {
  const { site } = useSession();
  const [, go] = useLocation();
  const watched = useWatch(DispositionService.method.watchDispositions, { siteId: site?.siteId ?? '' }, (message) => [message.disposition!.doseId, message.disposition!]);
  const rows = useMemo(() => {
    const batches = new Map<string, DoseDisposition[]>();
    for (const each of watched.rows.values()) if (each.batchId && each.batchNumber) batches.set(each.batchId, [...(batches.get(each.batchId) ?? []), each]);
    const deadline = (row: Row) => millis(soonest(row.doses)) ?? Infinity;
    return [...batches].map(([batchId, doses]): Row => ({ batchId, doses })).sort((a, b) => deadline(a) - deadline(b));
  }, [watched.rows]);
  const waiting = rows.filter((row) => row.doses.some(waits));
  const decided = rows.filter((row) => !row.doses.some(waits) && row.doses.some((dose) => dose.state === Disposition.RELEASED || dose.state === Disposition.REJECTED));
  const columns: Column<Row>[] = [
    { title: t.columns.batch, cell: (row) => row.doses[0]!.batchNumber },
    { title: t.columns.product, cell: (row) => row.doses[0]!.productCode },
    { title: t.columns.doses, cell: (row) => count(row.doses.length, 'dose') },
    { title: t.columns.state, cell: (row) => <States doses={row.doses} /> },
    { title: t.columns.releaseBy, cell: (row) => <Time at={soonest(row.doses)} /> },
    { title: t.columns.left, number: true, cell: (row) => <Countdown to={soonest(row.doses)} nearMinutes={120} /> },
  ];
  const open = (row: Row) => go(`/review/${row.batchId}`);
  return (
    <Screen title={texts.screens.review} lead={t.lead}>
      <Refusals problem={watched.problem?.reasons.length ? watched.problem : null} />
      <Panel title={t.waiting} flush>{watched.ready ? <Table label={t.waiting} rows={waiting} rowKey={(row) => row.batchId} columns={columns} onOpen={open} empty={t.none} /> : <Loading />}</Panel>
      <Panel title={t.decided} flush><Table label={t.decided} rows={decided} rowKey={(row) => row.batchId} columns={columns.slice(0, 4)} onOpen={open} empty={t.noneDecided} /></Panel>
      <Panel title={investigationTexts.capas} flush><Capas siteId={site?.siteId ?? ''} /></Panel>
    </Screen>
  );
}

/** Colour of a disposition. */
export const dispositionTone = (state: Disposition) =>
  state === Disposition.RELEASED ? 'ok' as const : state === Disposition.REJECTED ? 'stop' as const : state === Disposition.QUARANTINE || state === Disposition.PENDING ? 'warn' as const : 'plain' as const;

function States({ doses }: { doses: readonly DoseDisposition[] }) {
  const counts = new Map<Disposition, number>();
  for (const dose of doses) counts.set(dose.state, (counts.get(dose.state) ?? 0) + 1);
  return <span className="row">{[...counts].map(([state, n]) => <Badge key={state} tone={dispositionTone(state)}>{n} {t.states[state]}</Badge>)}</span>;
}
