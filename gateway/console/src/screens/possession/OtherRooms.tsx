import type { RefusalReason } from '../../generated/doseline/common/v1/refusal_pb';
import type { Room } from '../../generated/doseline/inventory/v1/sites_pb';
import { possessionTexts as t } from '../../text/possession';
import { roomName } from './limits';

/** Rooms that a refusal names as those that would take it, each as something to press. */
export function OtherRooms({ reasons, rooms, take }: { reasons: readonly RefusalReason[]; rooms: readonly Room[]; take(roomId: string): void }) {
  const named = [...new Set(reasons.flatMap((reason) => (reason.numbers.alternative_room_ids ?? '').split(',').filter(Boolean)))];
  const limited = reasons.some((reason) => 'alternative_room_ids' in reason.numbers);
  if (named.length === 0) return limited ? <span className="soft">{t.noRoom}</span> : null;
  return <>{named.map((room) => <button key={room} type="button" className="button" onClick={() => take(room)}>{t.takeRoom(roomName(rooms, room))}</button>)}</>;
}
