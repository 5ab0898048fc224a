import { useState } from 'react';
import { useHosts, useRead } from '../../api/query';
import { mayCall } from '../../api/policy';
import { useSession } from '../../app/session';
import { MessagesService } from '../../generated/doseline/operations/v1/messages_pb';
import { ClockState, SystemService, type GetSystemResponse, type HostedService } from '../../generated/doseline/operations/v1/system_pb';
import { Id, Time } from '../../ui/Figures';
import { Badge, Facts, Loading, Note, Panel, Screen } from '../../ui/Panel';
import { Refusals } from '../../ui/Refusals';
import { Table } from '../../ui/Table';
import { spanText } from '../../physics/time';
import { texts } from '../../text/en';
import { systemTexts as t } from '../../text/system';
import { ParkedFacts } from './ParkedFacts';

// Every service has a host of its own in a cluster, and one may host several.
const known = ['execution', 'gateway', 'identity', 'inventory', 'labeling', 'orders', 'quality', 'shipping', 'waste'];

const clockTones = {
  [ClockState.UNSPECIFIED]: 'stop', [ClockState.UNWATCHED]: 'warn', [ClockState.UNKNOWN]: 'stop', [ClockState.GOOD]: 'ok', [ClockState.OFF]: 'warn', [ClockState.REFUSED]: 'stop',
} as const;

/** How the installation stands. */
export default function System() {
  const { roles } = useSession();
  const read = useRead(SystemService.method.getSystem, {}, { everySeconds: 5 });
  const others = known.filter((each) => read.data && !read.data.services.some((hosted) => hosted.service === each));
  const hosts = [read.data, ...useHosts(SystemService.method.getSystem, others, { everySeconds: 5 })].filter((each) => each !== undefined);
  const services = hosts.flatMap((host) => host.services).sort((a, b) => a.service.localeCompare(b.service));
  const silent = others.filter((each) => !services.some((hosted) => hosted.service === each));
  const system = read.data;
  const [service, setService] = useState('');
  const mayRead = mayCall(MessagesService.method.listParkedMessages, roles);
  const first = services.find((each) => each.parkedCount > 0n) ?? services[0];
  return (
    <Screen title={texts.screens.system} lead={t.lead}>
      {read.loading && <Loading />}
      <Refusals problem={read.problem} />
      {system && <>
        <Panel title={t.services} flush>
          <Table<HostedService>
            label={t.services} rows={services} rowKey={(each) => each.service} chosen={service || first?.service} {...(mayRead ? { onOpen: (each: HostedService) => setService(each.service) } : {})}
            columns={[
              { title: t.columns.service, cell: (each) => each.service },
              { title: t.columns.health, cell: (each) => <span title={each.fault}><Badge tone={each.healthy && !each.sealFault ? 'ok' : 'stop'}>{each.healthy ? each.sealFault || t.healthy : each.fault || t.ill}</Badge></span> },
              { title: t.columns.read, number: true, cell: (each) => (each.oldestReadSeconds > 0 ? spanText(each.oldestReadSeconds * 1000) : t.none) },
              { title: t.columns.parked, number: true, cell: (each) => (each.parkedCount > 0n ? <Badge tone="stop">{String(each.parkedCount)}</Badge> : '0') },
              { title: t.columns.overdue, number: true, cell: (each) => String(each.overdueReminderCount) },
              { title: t.columns.sealed, number: true, cell: (each) => each.sealedCount.toLocaleString('en') },
              { title: t.columns.unsealed, number: true, cell: (each) => each.unsealedCount.toLocaleString('en') },
              { title: t.columns.seal, cell: (each) => <Time at={each.sealTime} /> },
              { title: t.columns.database, cell: (each) => each.database },
              { title: t.columns.schema, cell: (each) => <span className="small">{each.schemaScript}</span> },
            ]}
          />
        </Panel>
        {silent.length > 0 && <Note>{t.silent(silent.join(', '))}</Note>}
        <Panel title={t.sources} aside={<span className="soft small">{t.sourcesHint}</span>} flush>
          <Table<GetSystemResponse>
            label={t.sources} rows={hosts} rowKey={(each) => each.replica}
            columns={[
              { title: t.sourceColumns.node, cell: (each) => each.timeSource?.node },
              { title: t.replica, cell: (each) => <Id of={each.replica} /> },
              { title: t.services, cell: (each) => <span className="small">{each.services.map((hosted) => hosted.service).join(', ')}</span> },
              { title: t.sourceColumns.servers, cell: (each) => each.timeSource?.servers.join(', ') || t.noServers },
              { title: t.sourceColumns.state, cell: (each) => <Badge tone={clockTones[each.timeSource?.state ?? 0]}>{t.clockStates[each.timeSource?.state ?? 0]}</Badge> },
              { title: t.sourceColumns.offset, number: true, cell: (each) => (each.timeSource?.offsetSeconds === undefined ? t.none : t.seconds(each.timeSource.offsetSeconds)) },
              { title: t.sourceColumns.measured, cell: (each) => <Time at={each.timeSource?.measuredTime} seconds /> },
            ]}
          />
        </Panel>
        {mayRead ? first && <ParkedFacts key={service || first.service} service={service || first.service} services={services.map((each) => each.service)} choose={setService} /> : <Note>{t.mayNot}</Note>}
        <Panel>
          <Facts of={[
            [t.version, system.version], [t.replica, <Id of={system.replica} />], [t.time, <Time at={system.time} day="always" />],
            [t.clock, <span className="figure">{Math.abs(system.clockOffsetSeconds) < 0.0005 ? t.seconds0 : t.seconds(system.clockOffsetSeconds)}</span>], [t.nuclides, system.nuclideDataVersion], [t.zones, system.zoneDataVersion],
          ]} />
        </Panel>
      </>}
    </Screen>
  );
}
