import { useState } from 'react';
import { useLocation } from 'wouter';
import { useAction } from '../../api/action';
import { useList } from '../../api/query';
import { useWatch } from '../../api/watch';
import { useScan } from '../../app/scan';
import { PossessionService } from '../../generated/doseline/inventory/v1/possession_pb';
import { SitesService, type Site } from '../../generated/doseline/inventory/v1/sites_pb';
import { ContainerState, WasteService, type Container, type WasteItem } from '../../generated/doseline/waste/v1/waste_pb';
import { Button } from '../../ui/Button';
import { Choices, SelectField } from '../../ui/Fields';
import { LiveActivity, Time } from '../../ui/Figures';
import { Badge, Panel, Screen, type Tone } from '../../ui/Panel';
import { Refusals } from '../../ui/Refusals';
import { ListTable } from '../../ui/Table';
import { useToast } from '../../ui/Toasts';
import { millis } from '../../physics/time';
import { texts } from '../../text/en';
import { wasteTexts as t } from '../../text/waste';
import { roomName } from '../possession/limits';
import { Clock } from './Clock';
import { OpenDialog } from './OpenDialog';

type Filter = 'here' | 'disposed';

/** Colour of a container's state. */
export const toneOf = (state: ContainerState): Tone =>
  state === ContainerState.ELIGIBLE ? 'warn' : state === ContainerState.SURVEYED ? 'ok' : state === ContainerState.OPEN ? 'live' : 'plain';

// Those that can be worked on now stand first, then by the instant at which they become so.
const order = (each: Container) => ([ContainerState.ELIGIBLE, ContainerState.SURVEYED].includes(each.state) ? 0 : each.state === ContainerState.OPEN ? 1 : 2);

/** Containers of a site and what is in none yet. */
export function Containers({ site }: { site: Site }) {
  const { siteId } = site;
  const [, go] = useLocation();
  const [filter, setFilter] = useState<Filter>('here');
  const [opening, setOpening] = useState(false);
  const [target, setTarget] = useState('');
  const rooms = useList(SitesService.method.listRooms, { siteId, pageSize: 500 }, (page) => page.rooms);
  const list = useList(WasteService.method.listContainers, { siteId, state: filter === 'disposed' ? ContainerState.DISPOSED : ContainerState.UNSPECIFIED, pageSize: 200 }, (page) => page.containers);
  const watched = useWatch(WasteService.method.watchContainers, { siteId }, (message) => [message.container!.containerId, message.container!]);
  const loose = useList(WasteService.method.listItems, { siteId, onlyLoose: true, pageSize: 200 }, (page) => page.items, { everySeconds: 20 });
  const add = useAction(WasteService.method.addItem, PossessionService.typeName);
  const say = useToast();

  const known = new Map((list.data ?? []).map((each) => [each.containerId, each]));
  for (const [id, each] of watched.rows) if ((known.get(id)?.version ?? 0n) < each.version) known.set(id, each);
  const shown = [...known.values()].filter((each) => (each.state === ContainerState.DISPOSED) === (filter === 'disposed'))
    .sort((a, b) => order(a) - order(b) || (millis(a.eligibleTime) ?? Infinity) - (millis(b.eligibleTime) ?? Infinity) || (a.label < b.label ? -1 : 1));
  const open = [...known.values()].filter((each) => each.state === ContainerState.OPEN);
  const into = target || (open.length === 1 ? open[0]!.containerId : '');

  const put = async (wasteId: string) => {
    if (into && (await add.run({ containerId: into, wasteId }))) say(t.putDone);
  };
  useScan((code) => {
    const container = [...known.values()].find((each) => each.containerId === code || each.label === code);
    if (container?.state === ContainerState.OPEN) setTarget(container.containerId);
    else if (container) go(`/waste/${container.containerId}`);
    else if (loose.data?.some((each) => each.wasteId === code)) void put(code);
    else return false;
    return true;
  });

  return (
    <Screen title={texts.screens.waste} lead={t.lead} actions={<Button kind="primary" for={WasteService.method.putContainer} onClick={() => setOpening(true)}>{t.open}</Button>}>
      <Panel flush title={t.containers} aside={<Choices<Filter> label={t.columns.state} hideLabel compact value={filter} onChange={setFilter} options={(['here', 'disposed'] as const).map((each) => [each, t.filters[each]] as const)} />}>
        <ListTable<Container>
          list={{ ...list, data: shown }} label={t.containers} rowKey={(each) => each.containerId} empty={t.noContainers} onOpen={(each) => go(`/waste/${each.containerId}`)}
          columns={[
            { title: t.columns.container, cell: (each) => each.label },
            { title: t.columns.state, cell: (each) => <Badge tone={toneOf(each.state)}>{t.states[each.state]}</Badge> },
            { title: t.columns.clock, cell: (each) => <Clock of={each} /> },
            { title: t.columns.by, cell: (each) => each.clockNuclide },
            { title: t.columns.items, number: true, cell: (each) => each.wasteIds.length },
            { title: t.columns.room, cell: (each) => roomName(rooms.data, each.roomId) },
          ]}
        />
      </Panel>
      <Panel flush title={`${t.loose} (${loose.data?.length ?? 0})`} aside={<SelectField label={t.columns.put} value={into} onChange={(id) => { setTarget(id); add.clear(); }} empty={t.chooseContainer} options={open.map((each) => [each.containerId, each.label] as const)} />}>
        {add.problem && <div className="inset"><Refusals problem={add.problem} /></div>}
        <ListTable<WasteItem>
          list={loose} label={t.loose} rowKey={(each) => each.wasteId} empty={t.noLoose}
          columns={[
            { title: t.columns.what, cell: (each) => <span className="id">{each.wasteId.slice(0, 12)}…</span> },
            { title: t.columns.cause, cell: (each) => t.causes(each.cause) },
            { title: t.columns.activity, cell: (each) => <span className="contents">{each.contents.map((part, i) => <LiveActivity key={i} of={part} everySeconds={5} />)}</span> },
            { title: t.columns.room, cell: (each) => roomName(rooms.data, each.roomId) },
            { title: t.columns.arise, cell: (each) => <Time at={each.ariseTime} /> },
            { title: t.put, cell: (each) => <Button size="small" for={WasteService.method.addItem} busy={add.busy} why={into ? null : t.chooseContainer} onClick={() => void put(each.wasteId)}>{t.put}</Button> },
          ]}
        />
      </Panel>
      {opening && <OpenDialog site={site} rooms={rooms.data ?? []} close={() => setOpening(false)} />}
    </Screen>
  );
}
