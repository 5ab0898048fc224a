import { useList } from '../../api/query';
import { CapasService, CapaState, type Capa } from '../../generated/doseline/quality/v1/capas_pb';
import { Time } from '../../ui/Figures';
import { Badge, Loading } from '../../ui/Panel';
import { Refusals } from '../../ui/Refusals';
import { Table } from '../../ui/Table';
import { investigationTexts as t } from '../../text/investigations';

/** Corrective and preventive actions that are not closed, soonest due first, with those that are overdue marked. */
export function Capas({ siteId }: { siteId: string }) {
  const list = useList(CapasService.method.listCapas, { siteId, openOnly: true, pageSize: 500 }, (page) => page.capas);
  if (list.loading) return <Loading />;
  return (
    <>
      <Refusals problem={list.problem} />
      <Table<Capa>
        label={t.capas} rows={list.data ?? []} rowKey={(each) => each.capaId} empty={t.noCapas}
        columns={[
          { title: t.capaColumns.reference, cell: (each) => each.capaReference },
          { title: t.capaColumns.action, cell: (each) => each.action },
          { title: t.capaColumns.owner, cell: (each) => each.ownerName },
          { title: t.capaColumns.state, cell: (each) => <Badge tone={each.overdueTime ? 'stop' : 'plain'}>{each.overdueTime ? t.overdue : t.capaStates[each.state]}</Badge> },
          { title: t.capaColumns.due, cell: (each) => <Time at={each.state === CapaState.OPEN ? each.dueTime : each.effectivenessDueTime} /> },
          { title: t.capaColumns.deviations, number: true, cell: (each) => String(each.deviationIds.length) },
        ]}
      />
    </>
  );
}
