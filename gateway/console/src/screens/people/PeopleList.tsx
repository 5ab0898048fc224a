import { useDeferredValue, useState } from 'react';
import { useLocation } from 'wouter';
import { mayCall } from '../../api/policy';
import { useList, useRead } from '../../api/query';
import { useSession } from '../../app/session';
import { AssignmentState, PeopleService, type Person } from '../../generated/doseline/identity/v1/people_pb';
import { Button } from '../../ui/Button';
import { Choices, SelectField, TextField } from '../../ui/Fields';
import { Time } from '../../ui/Figures';
import { Badge, Note, Panel } from '../../ui/Panel';
import { ListTable, Table, type Column } from '../../ui/Table';
import { roleText, texts } from '../../text/en';
import { peopleTexts as t } from '../../text/people';
import { JoinDialog } from './JoinDialog';

/** State of a person in a word. */
export function PersonBadge({ person }: { person: Person }) {
  if (person.hasLeft) return <Badge>{t.left}</Badge>;
  if (person.locked) return <Badge tone="stop">{t.locked}</Badge>;
  return <Badge tone={person.mustChangePassword ? 'warn' : 'ok'}>{person.mustChangePassword ? t.mustChange : t.active}</Badge>;
}

const columns: Column<Person>[] = [
  { title: t.columns.name, cell: (person) => person.name },
  { title: t.columns.login, cell: (person) => person.login },
  {
    title: t.columns.roles, cell: (person) => <span className="row">{person.roles.filter((each) => each.state <= AssignmentState.GRANTED).map((each) => (
      <Badge key={each.assignmentId} tone={each.state === AssignmentState.GRANTED ? 'plain' : 'warn'}>{roleText(each.role)} · {each.siteId === '*' ? t.everySite : each.siteId}{each.state === AssignmentState.PROPOSED ? ` (${t.proposed})` : ''}</Badge>
    ))}</span>,
  },
  { title: t.columns.state, cell: (person) => <PersonBadge person={person} /> },
  { title: t.columns.lastSignIn, cell: (person) => <Time at={person.lastSignInTime} /> },
];

/** People by name; who may not see others sees themselves. */
export function PeopleList() {
  const { roles } = useSession();
  const [, go] = useLocation();
  const [text, setText] = useState('');
  const [role, setRole] = useState('');
  const [left, setLeft] = useState<'no' | 'yes'>('no');
  const [joining, setJoining] = useState(false);
  const may = mayCall(PeopleService.method.listPeople, roles);
  const nameContains = useDeferredValue(text.trim());
  const people = useList(PeopleService.method.listPeople, may ? { nameContains, role, includeLeft: left === 'yes', pageSize: 100 } : null, (page) => page.people);
  const me = useRead(PeopleService.method.getMe, may ? null : {});
  const known = useList(PeopleService.method.listRoles, { pageSize: 500 }, (page) => page.roles);
  const open = (person: Person) => go(`/people/${person.personId}`);
  if (!may) return <Panel title={t.people} flush><Note>{t.mayNot}</Note><Table label={t.people} rows={me.data?.person ? [me.data.person] : []} rowKey={(person) => person.personId} columns={columns} empty={t.nobody} /></Panel>;
  return (
    <Panel title={t.people} flush aside={<Button kind="primary" for={PeopleService.method.joinPerson} onClick={() => setJoining(true)}>{t.join}</Button>}>
      <div className="people-filter">
        <TextField label={t.find} value={text} onChange={setText} />
        <SelectField label={t.filterRole} value={role} onChange={setRole} empty={texts.all} options={(known.data ?? []).map((each) => [each.role, roleText(each.role)] as const)} />
        <Choices<'no' | 'yes'> label={t.includeLeft} value={left} onChange={setLeft} options={[['no', texts.no], ['yes', texts.yes]]} />
      </div>
      <ListTable list={people} label={t.people} rowKey={(person) => person.personId} columns={columns} onOpen={open} empty={t.nobody} />
      {joining && <JoinDialog close={() => setJoining(false)} />}
    </Panel>
  );
}
