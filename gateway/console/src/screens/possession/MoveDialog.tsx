import { useState } from 'react';
import { useAction } from '../../api/action';
import { LotsService } from '../../generated/doseline/inventory/v1/lots_pb';
import { MovesService } from '../../generated/doseline/inventory/v1/moves_pb';
import { PossessionService, type Holding } from '../../generated/doseline/inventory/v1/possession_pb';
import type { Room } from '../../generated/doseline/inventory/v1/sites_pb';
import { useScan } from '../../app/scan';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { SelectField } from '../../ui/Fields';
import { Id, LiveActivity } from '../../ui/Figures';
import { Facts } from '../../ui/Panel';
import { Refusals } from '../../ui/Refusals';
import { useToast } from '../../ui/Toasts';
import { texts } from '../../text/en';
import { possessionTexts as t } from '../../text/possession';
import { OtherRooms } from './OtherRooms';
import { roomName } from './limits';

/** Moves a holding; the room's door code can be scanned. A refused move offers the rooms that would take it. */
export function MoveDialog({ holding, rooms, close }: { holding: Holding; rooms: readonly Room[]; close(): void }) {
  const [to, setTo] = useState('');
  const [tried, setTried] = useState(false);
  const move = useAction(MovesService.method.moveHolding, PossessionService.typeName, LotsService.typeName);
  const say = useToast();
  useScan((code) => {
    if (!rooms.some((room) => room.roomId === code)) return false;
    setTo(code);
    return true;
  });
  const submit = async () => {
    setTried(true);
    if (!to) return;
    if (!(await move.run({ holdingId: holding.holdingId, fromRoomId: holding.roomId, toRoomId: to }))) return;
    say(t.moved);
    close();
  };
  return (
    <Dialog title={t.moveTitle} onClose={close} onSubmit={() => void submit()} foot={<>
      <button type="button" className="button" onClick={close}>{texts.cancel}</button>
      <Button type="submit" kind="primary" for={MovesService.method.moveHolding} busy={move.busy}>{t.move}</Button>
    </>}>
      <Facts of={[
        [t.columns.what, t.categories[holding.category]], [t.columns.holding, <Id of={holding.holdingId} />], [t.from, roomName(rooms, holding.roomId)],
        [t.columns.activity, <span className="contents">{holding.contents.map((part, i) => <LiveActivity key={i} of={part} />)}</span>],
      ]} />
      <SelectField
        label={t.to} value={to} empty="" wrong={tried && !to ? t.toWrong : undefined} onChange={(value) => { setTo(value); move.clear(); }}
        options={rooms.filter((room) => room.active && room.roomId !== holding.roomId).map((room) => [room.roomId, room.name || room.roomId] as const)}
      />
      <Refusals problem={move.problem} actions={<OtherRooms reasons={move.problem?.reasons ?? []} rooms={rooms} take={(room) => { setTo(room); move.clear(); }} />} />
    </Dialog>
  );
}
