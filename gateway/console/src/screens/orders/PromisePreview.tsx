import type { MessageInitShape } from '@bufbuild/protobuf';
import { useEffect, useState } from 'react';
import { call } from '../../api/transport';
import { problemOf, type Problem } from '../../api/refusals';
import { now } from '../../app/clock';
import { useSettings } from '../../app/settings';
import { OrdersService, type PreviewPromiseRequestSchema, type PreviewPromiseResponse } from '../../generated/doseline/orders/v1/orders_pb';
import { Badge, Empty, Panel } from '../../ui/Panel';
import { Refusals } from '../../ui/Refusals';
import { localInstant, momentText } from '../../physics/time';
import { activityText } from '../../physics/units';
import { orderTexts as t } from '../../text/orders';
import { PromiseView } from './PromiseView';

const pauseMs = 300;

type Ask = MessageInitShape<typeof PreviewPromiseRequestSchema>;

/** Asks for the promise while the form is being filled, and shows it or everything that binds. */
export function PromisePreview({ ask, zone, takeWindow, takeAmount }: { ask: Ask | null; zone: string; takeWindow(start: number, end: number): void; takeAmount(bq: number): void }) {
  const key = ask && JSON.stringify(ask, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
  const [answer, setAnswer] = useState<PreviewPromiseResponse | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    if (key === null) {
      setAnswer(null);
      setProblem(null);
      return;
    }
    const stop = new AbortController();
    const timer = setTimeout(() => {
      setBusy(true);
      call(OrdersService.method.previewPromise, ask!, stop.signal).then(
        (found) => { setAnswer(found); setProblem(null); setBusy(false); },
        (fault) => { if (!stop.signal.aborted) { setAnswer(null); setProblem(problemOf(fault)); setBusy(false); } },
      );
    }, pauseMs);
    return () => { clearTimeout(timer); stop.abort(); };
    // The key stands for what is asked.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [key]);

  const window = { from: localInstant(ask?.windowStart), until: localInstant(ask?.windowEnd) };
  return (
    <Panel title={t.promise} aside={busy ? <span className="small soft" role="status">{t.asking}</span> : answer ? <Badge tone="ok">{t.feasible}</Badge> : problem ? <Badge tone="stop">{t.infeasible}</Badge> : undefined}>
      <div aria-live="polite" className="stack">
        {key === null && <Empty>{t.promiseEmpty}</Empty>}
        {problem && <Refusals problem={problem} title={t.infeasible} actions={<Alternatives problem={problem} zone={zone} takeWindow={takeWindow} takeAmount={takeAmount} />} />}
        {answer?.promise && <PromiseView promise={answer.promise} price={answer.price} from={window.from} until={window.until} zone={zone} />}
      </div>
    </Panel>
  );
}

// Each way out that the refusals name, once, as something to press.
function Alternatives({ problem, zone, takeWindow, takeAmount }: { problem: Problem; zone: string; takeWindow(start: number, end: number): void; takeAmount(bq: number): void }) {
  const { unit } = useSettings();
  const numbers = problem.reasons.map((reason) => reason.numbers);
  const windows = new Map(numbers.flatMap((each) => {
    const [start, end] = [each.nearest_window_start_time, each.nearest_window_end_time];
    return start && end ? [[start, end] as const] : [];
  }));
  const amounts = new Map(numbers.flatMap((each) => { const bq = each.available_amount_bq ?? each.nearest_amount_bq; return bq ? [[bq, each.nuclide] as const] : []; }));
  if (windows.size + amounts.size === 0) return null;
  return (
    <>
      {[...windows].map(([start, end]) => {
        const at = Date.parse(start);
        return <button key={start} type="button" className="button" onClick={() => takeWindow(at, Date.parse(end))}>{t.takeWindow(momentText(at, zone, now(), { day: 'always' }))}</button>;
      })}
      {[...amounts].map(([bq, nuclide]) => <button key={bq} type="button" className="button" onClick={() => takeAmount(Number(bq))}>{t.takeAmount(activityText(Number(bq), unit, nuclide))}</button>)}
    </>
  );
}
