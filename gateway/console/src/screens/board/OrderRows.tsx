import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef } from 'react';
import { Link } from 'wouter';
import { MilestoneKind } from '../../generated/doseline/orders/v1/orders_pb';
import { useNow } from '../../app/clock';
import { useSession } from '../../app/session';
import { Axis } from '../../ui/Axis';
import { Countdown, LiveActivity } from '../../ui/Figures';
import { Badge, Empty } from '../../ui/Panel';
import { timeScale } from '../../ui/timescale';
import { useWidth } from '../../ui/useWidth';
import { millis, moment } from '../../physics/time';
import { texts } from '../../text/en';
import { boardTexts as t } from '../../text/board';
import { isMade, isOver, isPastCutoff, milestone } from './milestones';
import { toneOf, type BoardRow } from './rows';
import { TimeStrip } from './TimeStrip';

const rowHeight = 58;

/** Orders by appointment on one time line. Only the rows in sight exist, so thousands cost as little as twenty. */
export function OrderRows({ rows, from, until }: { rows: readonly BoardRow[]; from: number; until: number }) {
  const { zone } = useSession();
  const scroll = useRef<HTMLDivElement>(null);
  const [axis, width] = useWidth<HTMLDivElement>();
  const now = useNow(15);
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => scroll.current, estimateSize: () => rowHeight, overscan: 6, getItemKey: (i) => rows[i]!.order.orderId });
  const scale = timeScale(from, until, width);
  return (
    <div className="board-rows" role="table" aria-label={t.columns.appointment} aria-rowcount={rows.length + 1}>
      <div className="board-row board-head" role="row">
        <span role="columnheader">{t.columns.appointment}</span>
        <span role="columnheader">{t.columns.dose}</span>
        <span role="columnheader">{t.columns.state}</span>
        <span role="columnheader" className="number">{t.columns.activity}</span>
        <span role="columnheader" className="number">{t.columns.cutoff}</span>
        <div role="columnheader" className="board-line" ref={axis}>
          <span className="hidden-text">{t.columns.line}</span>
          <svg className="drawing" height="20" aria-hidden="true"><Axis scale={scale} zone={zone} height={20} /></svg>
        </div>
      </div>
      {rows.length === 0 && <Empty>{t.empty}</Empty>}
      <div className="board-scroll" ref={scroll} tabIndex={0} role="rowgroup" aria-label={t.axis}>
        <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {virtual.getVirtualItems().map((item) => {
            const row = rows[item.index]!;
            return (
              <div key={item.key} className={`board-row ${toneOf(row)}`} role="row" aria-rowindex={item.index + 2} style={{ position: 'absolute', insetInline: 0, height: rowHeight, transform: `translateY(${item.start}px)` }}>
                <Cells row={row} />
                <div role="cell" className="board-line"><TimeStrip order={row.order} scale={scale} now={now} /></div>
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

function Cells({ row }: { row: BoardRow }) {
  const { order } = row;
  const start = order.windowStart!;
  const when = moment(millis(start.time)!, start.zone, useNow(60), { day: 'always' });
  return (
    <>
      <span role="cell">
        <Link href={`/orders/${order.orderId}`} title={start.text}><strong className="figure">{when.day} {when.clock}</strong></Link>
        <br /><span className="small soft">{when.zone} · {isOver(order) ? t.done : <Countdown to={start.time} nearMinutes={0} />}</span>
      </span>
      <span role="cell"><strong>{order.productCode}</strong><br /><span className="small">{order.customerCode}</span></span>
      <span role="cell" className="board-state">
        <Badge tone={toneOf(row) || 'plain'}>{t.stateNames[order.state]}</Badge>
        <span className="small">{reasons(row)}</span>
      </span>
      <span role="cell" className="number">{!isMade(order) ? texts.none : <LiveActivity of={order.wanted} everySeconds={5} />}</span>
      <span role="cell" className="number">{isPastCutoff(order) ? <span className="soft">{t.passed}</span> : <Countdown to={milestone(order, MilestoneKind.SHIP)} nearMinutes={90} />}</span>
    </>
  );
}

const reasons = ({ order, held }: BoardRow): string => [
  held && t.hold, order.atRisk && `${t.risk}${order.risk ? `: ${order.risk.toLowerCase().replaceAll('_', ' ')}` : ''}`,
  order.promiseBroken && t.broken, order.lossCause && order.lossCause.toLowerCase().replaceAll('_', ' '),
].filter(Boolean).join(' · ');

