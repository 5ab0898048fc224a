import { Link } from 'wouter';
import type { List } from '../../api/query';
import type { Holding } from '../../generated/doseline/inventory/v1/possession_pb';
import { MovesService } from '../../generated/doseline/inventory/v1/moves_pb';
import type { Room } from '../../generated/doseline/inventory/v1/sites_pb';
import { Button } from '../../ui/Button';
import { LiveActivity } from '../../ui/Figures';
import { Badge, Panel } from '../../ui/Panel';
import { ListTable } from '../../ui/Table';
import { possessionTexts as t } from '../../text/possession';
import { roomName } from './limits';

/** What is held, thing by thing, in one room or in all. */
export function Holdings({ list, rooms, room, move }: { list: List<Holding>; rooms: readonly Room[]; room: string | undefined; move(holding: Holding): void }) {
  return (
    <Panel flush title={`${t.held}: ${room ? roomName(rooms, room) : t.allRooms}`}>
      <ListTable<Holding>
        list={list} label={t.held} rowKey={(each) => each.holdingId} empty={t.noHoldings}
        columns={[
          { title: t.columns.what, cell: (each) => <Badge>{t.categories[each.category]}</Badge> },
          { title: t.columns.holding, cell: (each) => <Link href={`/trace/${each.holdingId}`} className="id">{each.holdingId.slice(0, 12)}…</Link> },
          { title: t.columns.room, cell: (each) => roomName(rooms, each.roomId) },
          { title: t.columns.activity, cell: (each) => <span className="contents">{each.contents.map((part, i) => <LiveActivity key={i} of={part} everySeconds={5} />)}</span> },
          { title: t.columns.form, cell: (each) => each.form },
          { title: t.columns.use, cell: (each) => each.use },
          { title: t.move, cell: (each) => <Button size="small" for={MovesService.method.moveHolding} onClick={() => move(each)}>{t.move}</Button> },
        ]}
      />
    </Panel>
  );
}
