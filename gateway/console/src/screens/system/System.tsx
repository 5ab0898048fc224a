import { useState } from 'react';
import { useRead } from '../../api/query';
import { mayCall } from '../../api/policy';
import { useSession } from '../../app/session';
import { MessagesService } from '../../generated/doseline/operations/v1/messages_pb';
import { SystemService, type HostedService } from '../../generated/doseline/operations/v1/system_pb';
import { Id, Time } from '../../ui/Figures';
import { Badge, Facts, Loading, Note, Panel, Screen } from '../../ui/Panel';
import { Refusals } from '../../ui/Refusals';
import { Table } from '../../ui/Table';
import { spanText } from '../../physics/time';
import { texts } from '../../text/en';
import { systemTexts as t } from '../../text/system';
import { ParkedFacts } from './ParkedFacts';

/** How the installation stands. */
export default function System() {
  const { roles } = useSession();
  const read = useRead(SystemService.method.getSystem, {}, { everySeconds: 5 });
  const system = read.data;
  const [service, setService] = useState('');
  const mayRead = mayCall(MessagesService.method.listParkedMessages, roles);
  const first = system?.services.find((each) => each.parkedCount > 0n) ?? system?.services[0];
  return (
    <Screen title={texts.screens.system} lead={t.lead}>
      {read.loading && <Loading />}
      <Refusals problem={read.problem} />
      {system && <>
        <Panel title={t.services} flush>
          <Table<HostedService>
            label={t.services} rows={system.services} rowKey={(each) => each.service} chosen={service || first?.service} {...(mayRead ? { onOpen: (each: HostedService) => setService(each.service) } : {})}
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
        {mayRead ? first && <ParkedFacts key={service || first.service} service={service || first.service} services={system.services.map((each) => each.service)} choose={setService} /> : <Note>{t.mayNot}</Note>}
        <Panel>
          <Facts of={[
            [t.version, system.version], [t.replica, <Id of={system.replica} />], [t.time, <Time at={system.time} day="always" />],
            [t.clock, <span className="figure">{Math.abs(system.clockOffsetSeconds) < 0.0005 ? t.seconds0 : t.seconds(system.clockOffsetSeconds)}</span>], [t.nuclides, system.nuclideDataVersion],
          ]} />
        </Panel>
      </>}
    </Screen>
  );
}
