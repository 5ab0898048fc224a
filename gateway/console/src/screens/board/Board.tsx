import { useDeferredValue, useMemo, useState } from 'react';
import { useWatch } from '../../api/watch';
import { useNow } from '../../app/clock';
import { useSession } from '../../app/session';
import { BatchRecordsService, BatchState } from '../../generated/doseline/execution/v1/batch_records_pb';
import { SchedulerService } from '../../generated/doseline/execution/v1/scheduler_pb';
import { OrdersService } from '../../generated/doseline/orders/v1/orders_pb';
import { DispositionService } from '../../generated/doseline/quality/v1/disposition_pb';
import { Disposition } from '../../generated/doseline/quality/v1/events_pb';
import { Button } from '../../ui/Button';
import { Choices } from '../../ui/Fields';
import { Loading, Panel, Screen } from '../../ui/Panel';
import { Refusals } from '../../ui/Refusals';
import { spanText } from '../../physics/time';
import { texts } from '../../text/en';
import { boardTexts as t } from '../../text/board';
import { runTexts } from '../../text/runs';
import { HotCells } from './HotCells';
import { OrderRows } from './OrderRows';
import { PlanRun } from './PlanRun';
import { choose, figures, spanOf, type Filter } from './rows';
import './board.css';

const filters: readonly Filter[] = ['open', 'today', 'risk', 'hold', 'all'];

/** The day at a glance: what is due, what is in danger, what the hot cells do. Everything on it is live. */
export default function Board() {
  const { site } = useSession();
  const siteId = site?.siteId ?? '';
  const orders = useWatch(OrdersService.method.watchOrders, { siteId }, (message) => [message.order!.orderId, message.order!]);
  const batches = useWatch(BatchRecordsService.method.watchBatches, { siteId }, (message) => [message.batch!.batchId, message.batch!]);
  const dispositions = useWatch(DispositionService.method.watchDispositions, { siteId }, (message) => [message.disposition!.doseId, message.disposition!]);
  const [filter, setFilter] = useState<Filter>('open');
  const [text, setText] = useState('');
  const [planning, setPlanning] = useState(false);
  const wanted = useDeferredValue(text);
  const now = useNow(15);

  const heldDoses = useMemo(() => new Set([...dispositions.rows.values()].filter((each) => each.state === Disposition.QUARANTINE).map((each) => each.doseId)), [dispositions.rows]);
  const heldBatches = useMemo(() => new Set([...batches.rows.values()].filter((each) => each.onHold && each.state === BatchState.RUNNING).map((each) => each.batchId)), [batches.rows]);
  const all = useMemo(() => choose(orders.rows.values(), heldDoses, heldBatches, 'all', '', 0), [orders.rows, heldDoses, heldBatches]);
  const rows = useMemo(() => choose(orders.rows.values(), heldDoses, heldBatches, filter, wanted, now), [orders.rows, heldDoses, heldBatches, filter, wanted, now]);
  const counts = figures(all, now);
  const span = useMemo(() => spanOf(rows, now), [rows, now]);
  const running = new Set([...batches.rows.values()].filter((each) => each.state === BatchState.RUNNING).map((each) => each.hotCellId)).size;

  // Before everything came there is no figure: none at risk is not the same as not known.
  const figure = <T,>(known: boolean, value: T) => (known ? value : '…');
  const holdsKnown = orders.ready && batches.ready && dispositions.ready;

  return (
    <Screen title={texts.screens.board} lead={t.lead} actions={<Button for={SchedulerService.method.planRun} onClick={() => setPlanning(true)}>{runTexts.plan}</Button>}>
      <div className="kpis" role="group" aria-label={texts.screens.board}>
        <Kpi name={t.kpi.risk} value={figure(orders.ready, counts.risk)} tone={orders.ready && counts.risk > 0 ? 'stop' : ''} id="risk" onOpen={() => setFilter('risk')} />
        <Kpi name={t.kpi.holds} value={figure(holdsKnown, counts.held)} tone={holdsKnown && counts.held > 0 ? 'warn' : ''} id="holds" onOpen={() => setFilter('hold')} />
        <Kpi name={t.kpi.cutoff} value={figure(orders.ready, counts.nextCutoff === null ? t.kpi.noCutoff : spanText(counts.nextCutoff - now))} id="cutoff" onOpen={() => setFilter('today')} />
        <Kpi name={t.kpi.cells} value={figure(batches.ready, running)} id="cells" />
        <Kpi name={t.kpi.open} value={figure(orders.ready, counts.open)} id="open" onOpen={() => setFilter('open')} />
      </div>
      <HotCells batches={batches.rows} />
      <Panel
        flush
        title={<Choices<Filter> label={t.show} hideLabel compact value={filter} onChange={setFilter} options={filters.map((each) => [each, t.filters[each]] as const)} />}
        aside={<><Legend /><input className="input board-find" aria-label={t.find} placeholder={t.find} value={text} onChange={(event) => setText(event.target.value)} /></>}
      >
        {!orders.ready && !orders.problem && <Loading />}
        {orders.problem && orders.problem.reasons.length > 0 && <Refusals problem={orders.problem} />}
        {(orders.ready || orders.rows.size > 0) && <OrderRows rows={rows} from={span.from} until={span.until} />}
      </Panel>
      {planning && <PlanRun close={() => setPlanning(false)} />}
    </Screen>
  );
}

function Kpi({ name, value, tone = '', id, onOpen }: { name: string; value: string | number; tone?: string; id: string; onOpen?: () => void }) {
  const content = <><span className="figure">{value}</span><span>{name}</span></>;
  return onOpen
    ? <button type="button" className={`kpi ${tone}`} data-kpi={id} onClick={onOpen}>{content}</button>
    : <div className={`kpi ${tone}`} data-kpi={id}>{content}</div>;
}

function Legend() {
  return (
    <span className="board-legend small soft">
      <svg width="12" height="12" aria-hidden="true"><path className="eos" d="M6 1l5 10H1z" /></svg>{t.legend.eos}
      <svg width="12" height="14" aria-hidden="true"><path className="release" d="M6 0l6 7-6 7-6-7z" /></svg>{t.legend.release}
      <svg width="12" height="12" aria-hidden="true"><rect className="ship" x="1" y="1" width="10" height="10" /></svg>{t.legend.ship}
      <svg width="12" height="12" aria-hidden="true"><circle className="delivery" cx="6" cy="6" r="5" /></svg>{t.legend.delivery}
      <svg width="12" height="14" aria-hidden="true"><rect className="window" x="1" y="1" width="10" height="12" /></svg>{t.legend.window}
    </span>
  );
}
