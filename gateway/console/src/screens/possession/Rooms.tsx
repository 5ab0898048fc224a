import type { GetPossessionResponse, Headroom } from '../../generated/doseline/inventory/v1/possession_pb';
import { RoomKind, type Room } from '../../generated/doseline/inventory/v1/sites_pb';
import { Amount, Gauge } from '../../ui/Figures';
import { enumText } from '../../text/en';
import { possessionTexts as t } from '../../text/possession';
import { heldIn, ofRoom } from './limits';

/** Rooms with what they hold against their own limits; one that is chosen shows its contents below. */
export function Rooms({ rooms, limits, possession, chosen, choose }: { rooms: readonly Room[]; limits: readonly Headroom[]; possession: GetPossessionResponse | undefined; chosen: string | undefined; choose(room: string | null): void }) {
  return (
    <ul className="rooms">
      {rooms.filter((room) => room.active).map((room) => {
        const own = ofRoom(limits, room.roomId);
        const held = heldIn(possession, room.roomId);
        const limited = own.filter((each) => each.totalBq > 0 || held.length === 0).slice(0, 2);
        return (
          <li key={room.roomId}>
            <button type="button" aria-pressed={chosen === room.roomId} onClick={() => choose(chosen === room.roomId ? null : room.roomId)}>
              <span className="room-name"><strong>{room.name || room.roomId}</strong><span className="small soft">{enumText(RoomKind, room.kind)}</span></span>
              {held.length === 0 && <span className="soft small">{t.roomEmpty}</span>}
              {held.slice(0, 3).map(([nuclide, bq]) => <span key={nuclide} className="room-held"><span>{nuclide}</span><Amount bq={bq} nuclide={nuclide} /></span>)}
              {limited.map((each) => (
                <span key={each.limitId} className="room-limit">
                  <Gauge label={`${room.name} ${each.nuclide}`} fraction={each.totalBq / each.limitBq} mark={each.peakBq / each.limitBq} />
                  <span className="small soft">{each.nuclide}: {t.limit.toLowerCase()} <Amount bq={each.limitBq} nuclide={each.nuclide} /></span>
                </span>
              ))}
            </button>
          </li>
        );
      })}
    </ul>
  );
}
