import { useList } from '../../api/query';
import { PeopleService, type RoleInfo } from '../../generated/doseline/identity/v1/people_pb';
import { Badge, Panel } from '../../ui/Panel';
import { ListTable } from '../../ui/Table';
import { roleText } from '../../text/en';
import { peopleTexts as t } from '../../text/people';

/** Roles: where they belong, who approves them, what they exclude. */
export function RolesPage() {
  const roles = useList(PeopleService.method.listRoles, { pageSize: 500 }, (page) => page.roles);
  return (
    <Panel title={t.roles} flush>
      <ListTable<RoleInfo>
        label={t.roles} list={roles} rowKey={(each) => each.role}
        columns={[
          { title: t.role, cell: (each) => <strong>{roleText(each.role)}</strong> },
          { title: t.department, cell: (each) => each.department },
          { title: t.needsApproval, cell: (each) => (each.needsApproval ? <Badge tone="warn">{t.needsApproval}</Badge> : '–') },
          { title: t.excludes, cell: (each) => each.excludes.map(roleText).join(', ') || '–' },
          { title: t.forAccounts, cell: (each) => (each.forAccounts ? t.forAccounts : '–') },
        ]}
      />
    </Panel>
  );
}
