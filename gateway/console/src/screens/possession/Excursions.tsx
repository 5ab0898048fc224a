import { useList } from '../../api/query';
import { PossessionService, type Excursion } from '../../generated/doseline/inventory/v1/possession_pb';
import type { Room } from '../../generated/doseline/inventory/v1/sites_pb';
import { Id, Time } from '../../ui/Figures';
import { Panel } from '../../ui/Panel';
import { ListTable } from '../../ui/Table';
import { possessionTexts as t } from '../../text/possession';
import { roomName } from './limits';

/** Activity that was booked where the gate would not let it in; nothing is shown where there was none. */
export function Excursions({ siteId, rooms }: { siteId: string; rooms: readonly Room[] }) {
  const list = useList(PossessionService.method.listExcursions, { siteId, pageSize: 100 }, (page) => page.excursions);
  if (!list.data || list.data.length === 0) return null;
  return (
    <Panel flush title={t.excursions}>
      <p className="small soft">{t.excursionsHint}</p>
      <ListTable<Excursion>
        list={list} label={t.excursions} rowKey={(each) => each.excursionId} empty=""
        columns={[
          { title: t.seen, cell: (each) => <Time at={each.bookTime} day="always" /> },
          { title: t.columns.holding, cell: (each) => <Id of={each.holdingId} /> },
          { title: t.columns.room, cell: (each) => roomName(rooms, each.roomId) },
          { title: t.wasIn, cell: (each) => (each.fromRoomId === each.roomId ? t.stays : roomName(rooms, each.fromRoomId)) },
          { title: t.reasons, cell: (each) => each.codes.join(', ') },
        ]}
      />
    </Panel>
  );
}
