import { useNow } from '../../app/clock';
import type { FrozenPrice, Promise as OrderPromise } from '../../generated/doseline/orders/v1/orders_pb';
import { Amount, Time } from '../../ui/Figures';
import { Facts } from '../../ui/Panel';
import { PromiseLine } from '../../ui/PromiseLine';
import { Table } from '../../ui/Table';
import { moneyText } from '../../physics/money';
import { millis, spanText } from '../../physics/time';
import { orderTexts as t } from '../../text/orders';

/** A promise: its time line, its points with time and activity, its terms. */
export function PromiseView({ promise, price, from, until, zone }: { promise: OrderPromise; price: FrozenPrice | undefined; from: number | null; until: number | null; zone: string }) {
  const now = useNow(15);
  return (
    <>
      <PromiseLine milestones={promise.milestones} from={from} until={until} zone={zone} />
      <Table
        label={t.promise} rows={promise.milestones} rowKey={(each) => String(each.kind)}
        columns={[
          { title: t.point, cell: (each) => t.milestones[each.kind] },
          { title: t.at, cell: (each) => <Time at={each.at} day="always" /> },
          { title: t.there, number: true, cell: (each) => (each.activity ? <><Amount bq={each.activity.activityBq} nuclide={each.activity.nuclide} /> <span className="soft">{each.activity.nuclide}</span></> : '–') },
          { title: t.left, number: true, cell: (each) => <span className="figure">{spanText((millis(each.at?.time) ?? now) - now)}</span> },
        ]}
      />
      <Facts of={[
        [t.carrier, promise.carrier],
        price ? [t.price, moneyText(price.minorUnits, price.currency)] : null,
        [t.cancelUntil, <Time at={promise.cancellationDeadlineTime} />],
        [t.data, promise.dataVersion],
        [t.zones, promise.zoneDataVersion],
      ]} />
    </>
  );
}
