import { create } from '@bufbuild/protobuf';
import { DurationSchema } from '@bufbuild/protobuf/wkt';
import { useEffect, useState } from 'react';
import { useLocation, useRoute } from 'wouter';
import { useList, useRead } from '../../api/query';
import { useWatch } from '../../api/watch';
import { NeedsSite } from '../../app/NeedsSite';
import { useScan } from '../../app/scan';
import { LotsService, type Expectation } from '../../generated/doseline/inventory/v1/lots_pb';
import { PossessionService, type Holding } from '../../generated/doseline/inventory/v1/possession_pb';
import { SitesService, type Site } from '../../generated/doseline/inventory/v1/sites_pb';
import { Button } from '../../ui/Button';
import { Choices } from '../../ui/Fields';
import { Loading, Panel, Screen } from '../../ui/Panel';
import { Refusals } from '../../ui/Refusals';
import { texts } from '../../text/en';
import { possessionTexts as t } from '../../text/possession';
import { Excursions } from './Excursions';
import { Expected } from './Expected';
import { Holdings } from './Holdings';
import { LicenceLines } from './LicenceLines';
import { MoveDialog } from './MoveDialog';
import { ReceiveDialog } from './ReceiveDialog';
import { Rooms } from './Rooms';
import './possession.css';

type Ahead = '1' | '7' | '30';

/** Possession of a site against its licence and its rooms, now and ahead. */
export default function Possession() {
  return <NeedsSite title={texts.screens.possession}>{(site) => <OfSite key={site.siteId} site={site} />}</NeedsSite>;
}

function OfSite({ site }: { site: Site }) {
  const { siteId } = site;
  const [, go] = useLocation();
  const [, inRoom] = useRoute('/possession/rooms/:room');
  const [ahead, setAhead] = useState<Ahead>('7');
  const [receiving, setReceiving] = useState<{ batch?: string; announce?: boolean; expectation?: Expectation } | null>(null);
  const [moving, setMoving] = useState<Holding | null>(null);
  const rooms = useList(SitesService.method.listRooms, { siteId, pageSize: 500 }, (page) => page.rooms);
  const headroom = useRead(PossessionService.method.getHeadroom, { siteId, window: create(DurationSchema, { seconds: BigInt(Number(ahead) * 86_400) }) }, { everySeconds: 60, keep: true });
  const watched = useWatch(PossessionService.method.watchPossession, { siteId }, (message) => ['now', message.possession!]);
  const possession = watched.rows.get('now');
  const holdings = useList(PossessionService.method.listHoldings, { siteId, roomId: inRoom?.room ?? '', pageSize: 100 }, (page) => page.holdings);
  const expected = useList(LotsService.method.listExpectations, { siteId, pageSize: 100 }, (page) => page.expectations);

  // Something was booked: what is computed from it is asked again.
  const booked = possession?.asOfTime?.seconds;
  const { refresh } = headroom;
  const { refresh: refreshHoldings } = holdings;
  useEffect(() => {
    if (booked === undefined) return;
    refresh();
    refreshHoldings();
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [booked]);

  useScan((code) => {
    const found = holdings.data?.find((each) => each.holdingId === code);
    if (found) setMoving(found);
    // A code that nothing here has is most often the batch on a container that has just come.
    else setReceiving({ batch: code });
  });

  const limits = headroom.data?.limits ?? [];
  return (
    <Screen
      title={texts.screens.possession} lead={t.lead}
      actions={<>
        <Choices<Ahead> label={t.window} hideLabel compact value={ahead} onChange={setAhead} options={(['1', '7', '30'] as const).map((each) => [each, t.windows[each]!] as const)} />
        <Button for={LotsService.method.expectReceipt} onClick={() => setReceiving({ announce: true })}>{t.announce}</Button>
        <Button kind="primary" for={LotsService.method.receiveLot} onClick={() => setReceiving({})}>{t.receive}</Button>
      </>}
    >
      <Refusals problem={headroom.problem ?? watched.problem} />
      {headroom.loading ? <Loading /> : <LicenceLines limits={limits} possession={possession} />}
      <Panel title={t.rooms}>
        <Rooms rooms={rooms.data ?? []} limits={limits} possession={possession} chosen={inRoom?.room} choose={(room) => go(room ? `/possession/rooms/${room}` : '/possession')} />
      </Panel>
      <Excursions siteId={siteId} rooms={rooms.data ?? []} />
      <Holdings list={holdings} rooms={rooms.data ?? []} room={inRoom?.room} move={setMoving} />
      <Expected list={expected} rooms={rooms.data ?? []} receive={(expectation) => setReceiving({ expectation })} />
      {receiving && <ReceiveDialog site={site} rooms={rooms.data ?? []} batch={receiving.batch ?? ''} announce={receiving.announce ?? false} expectation={receiving.expectation} close={() => setReceiving(null)} />}
      {moving && <MoveDialog key={moving.holdingId} holding={moving} rooms={rooms.data ?? []} close={() => setMoving(null)} />}
    </Screen>
  );
}
