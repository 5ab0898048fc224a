import { useRead } from '../../api/query';
import { now } from '../../app/clock';
import { useSession } from '../../app/session';
import type { CalibratedActivity } from '../../generated/doseline/common/v1/activity_pb';
import { PossessionService } from '../../generated/doseline/inventory/v1/possession_pb';
import type { Room } from '../../generated/doseline/inventory/v1/sites_pb';
import { Note } from '../../ui/Panel';
import { Refusals } from '../../ui/Refusals';
import { useSettled } from '../../ui/useSettled';
import { millis, momentText, timestamp } from '../../physics/time';
import { possessionTexts as t } from '../../text/possession';
import { roomName } from './limits';

interface Props {
  siteId: string;
  room: string;
  form: string;
  use: string;
  contents: readonly CalibratedActivity[];
  /** Null for now. */
  arrivalMs: number | null;
  rooms: readonly Room[];
  take(room: string): void;
}

/** What licence and room would say to a receipt, asked while it is being typed. Nothing is held by asking. */
export function GateAnswer({ siteId, room, form, use, contents, arrivalMs, rooms, take }: Props) {
  const { zone } = useSession();
  const ready = room !== '' && contents.length > 0;
  const ask = useSettled(ready ? { siteId, roomId: room, form, use, contents: [...contents], ...(arrivalMs === null ? {} : { arrivalTime: timestamp(arrivalMs) }) } : null);
  const answer = useRead(PossessionService.method.checkArrival, ready ? ask : null, { keep: true });
  if (!ready || !ask) return <Note title={t.gate}>{t.gateEmpty}</Note>;
  if (answer.problem) return <Refusals problem={answer.problem} />;
  if (!answer.data) return <Note title={t.gate}>{t.asking}</Note>;
  if (answer.data.admitted) return <Note tone="ok" title={t.admitted} />;
  const problem = { code: 'FailedPrecondition', message: '', reasons: answer.data.reasons, leftOut: 0, uncertain: false, signIn: false };
  const nearest = millis(answer.data.nearestTime);
  return (
    <Refusals problem={problem} title={t.refused} actions={<>
      {answer.data.alternativeRoomIds.map((each) => <button key={each} type="button" className="button" onClick={() => take(each)}>{t.takeRoom(roomName(rooms, each))}</button>)}
      {answer.data.alternativeRoomIds.length === 0 && <span className="soft">{t.noRoom}</span>}
      {nearest !== null && <span>{t.wait(momentText(nearest, zone, now()))}</span>}
    </>} />
  );
}
