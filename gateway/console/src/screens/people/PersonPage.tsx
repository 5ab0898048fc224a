import { useState } from 'react';
import { useAction } from '../../api/action';
import { useRead } from '../../api/query';
import { useSession } from '../../app/session';
import { AssignmentState, PeopleService, type Person, type PersonChange, type RoleAssignment } from '../../generated/doseline/identity/v1/people_pb';
import { Button } from '../../ui/Button';
import { Id, Time } from '../../ui/Figures';
import { Badge, Facts, Loading, Panel, Screen } from '../../ui/Panel';
import { Refusals } from '../../ui/Refusals';
import { Table } from '../../ui/Table';
import { useToast } from '../../ui/Toasts';
import { roleText, texts } from '../../text/en';
import { peopleTexts as t } from '../../text/people';
import { OneTimePassword } from './OneTimePassword';
import { PersonBadge } from './PeopleList';
import { ProposeDialog } from './ProposeDialog';
import { ReasonDialog } from './ReasonDialog';

type Asking = 'lock' | 'unlock' | 'reset' | 'leave' | 'propose' | 'confirm' | { readonly kind: 'approve' | 'refuse'; readonly change: PersonChange } | { readonly kind: 'approve' | 'refuse' | 'remove'; readonly assignment: RoleAssignment } | null;

/** One person: rights, lock, password, leaving. */
export function PersonPage({ id }: { id: string }) {
  const read = useRead(PeopleService.method.getPerson, { personId: id });
  const { subject } = useSession();
  const [asking, setAsking] = useState<Asking>(null);
  const [shown, setShown] = useState<{ password: string; half: boolean } | null>(null);
  const person = read.data?.person;
  if (read.loading) return <Loading />;
  if (!person) return <Screen title={texts.screens.people}><Refusals problem={read.problem} /></Screen>;
  const own = person.personId === subject ? t.self : null;
  const left = person.hasLeft ? t.left : null;
  const { method } = PeopleService;
  return (
    <Screen title={person.name} lead={<span className="row"><PersonBadge person={person} /> {person.login}</span>} actions={<>
      {person.locked
        ? <Button for={method.unlockPerson} why={own ?? left} onClick={() => setAsking('unlock')}>{t.unlock}</Button>
        : <Button for={method.lockPerson} why={own ?? left} onClick={() => setAsking('lock')}>{t.lock}</Button>}
      {!person.confirmed && <Button for={method.confirmPerson} why={own ?? left} onClick={() => setAsking('confirm')}>{t.confirm}</Button>}
      <Button for={method.resetPassword} why={own ?? left} onClick={() => setAsking('reset')}>{t.reset}</Button>
      <Button kind="danger" for={method.leavePerson} why={own ?? left} onClick={() => setAsking('leave')}>{t.leave}</Button>
    </>}>
      <Panel title={t.roles} flush aside={<Button kind="primary" for={method.proposeRole} why={own ?? left} onClick={() => setAsking('propose')}>{t.propose}</Button>}>
        <Table<RoleAssignment>
          label={t.roles} rows={person.roles} rowKey={(each) => each.assignmentId}
          columns={[
            { title: t.role, cell: (each) => roleText(each.role) },
            { title: t.site, cell: (each) => (each.siteId === '*' ? t.everySite : each.siteId) },
            { title: t.columns.state, cell: (each) => <Badge tone={each.state === AssignmentState.GRANTED ? 'ok' : each.state === AssignmentState.PROPOSED ? 'warn' : 'plain'}>{t.assignmentStates[each.state]}</Badge> },
            { title: t.proposedBy, cell: (each) => <><Id of={each.proposedBy} /> <Time at={each.proposeTime} /></> },
            { title: t.approvedBy, cell: (each) => <>{each.approvedBy && <Id of={each.approvedBy} />} <Time at={each.grantTime} /></> },
            {
              title: t.change, cell: (assignment) => <span className="row">
                {assignment.state === AssignmentState.PROPOSED && <>
                  <Button size="small" kind="primary" for={method.approveRole} why={own} onClick={() => setAsking({ kind: 'approve', assignment })}>{t.approve}</Button>
                  <Button size="small" for={method.refuseRole} onClick={() => setAsking({ kind: 'refuse', assignment })}>{t.refuse}</Button>
                </>}
                {assignment.state === AssignmentState.GRANTED && <Button size="small" kind="danger" for={method.removeRole} onClick={() => setAsking({ kind: 'remove', assignment })}>{t.remove}</Button>}
              </span>,
            },
          ]}
        />
      </Panel>
      {person.changes.length > 0 && <Panel title={t.changes} flush>
        <Table<PersonChange>
          label={t.changes} rows={person.changes} rowKey={(each) => each.changeId}
          columns={[
            { title: t.change, cell: (each) => t.changeKinds[each.kind] },
            { title: t.becomes, cell: (each) => [each.name, each.externalSubject].filter(Boolean).join(', ') },
            { title: t.proposedBy, cell: (each) => <><Id of={each.proposedBy} /> <Time at={each.proposeTime} /></> },
            {
              title: t.columns.state, cell: (change) => <span className="row">
                <Button size="small" kind="primary" for={method.approvePersonChange} why={own} onClick={() => setAsking({ kind: 'approve', change })}>{t.approve}</Button>
                <Button size="small" for={method.refusePersonChange} why={own} onClick={() => setAsking({ kind: 'refuse', change })}>{t.refuse}</Button>
              </span>,
            },
          ]}
        />
      </Panel>}
      <Panel title={t.person}>
        <Facts of={[
          [t.joined, <Time at={person.joinTime} day="always" />], person.hasLeft && [t.leftAt, <Time at={person.leaveTime} day="always" />], [t.columns.lastSignIn, <Time at={person.lastSignInTime} />],
          person.lockReason !== '' && [t.lockReason, person.lockReason], [t.external, person.externalSubject], [t.confirmed, t.confirmedBy[`${person.confirmed}`]], [t.person, <Id of={person.personId} />], [t.version, String(person.version)],
        ]} />
      </Panel>
      <Asked person={person} asking={asking} close={() => setAsking(null)} show={(password, half) => setShown({ password, half })} />
      {shown && <OneTimePassword {...shown} close={() => setShown(null)} />}
    </Screen>
  );
}

function Asked({ person, asking, close, show }: { person: Person; asking: Asking; close(): void; show(password: string, half: boolean): void }) {
  const say = useToast();
  const { method } = PeopleService;
  const [lock, unlock, reset, leave] = [useAction(method.lockPerson), useAction(method.unlockPerson), useAction(method.resetPassword), useAction(method.leavePerson)];
  const [confirm, approveChange, refuseChange] = [useAction(method.confirmPerson), useAction(method.approvePersonChange), useAction(method.refusePersonChange)];
  const [approve, refuse, remove] = [useAction(method.approveRole), useAction(method.refuseRole), useAction(method.removeRole)];
  const personId = person.personId;
  if (asking === null) return null;
  if (asking === 'propose') return <ProposeDialog person={person} close={close} />;
  if (asking === 'lock') return <ReasonDialog title={t.lock} action={lock} method={method.lockPerson} danger close={close} run={(reason) => lock.run({ personId, reason })} done={() => say(t.lockedToast)} />;
  if (asking === 'unlock') return <ReasonDialog title={t.unlock} action={unlock} method={method.unlockPerson} close={close} run={(reason) => unlock.run({ personId, reason })} done={() => say(t.unlockedToast)} />;
  if (asking === 'leave') return <ReasonDialog title={t.leave} action={leave} method={method.leavePerson} danger close={close} run={(reason) => leave.run({ personId, version: person.version, reason })} done={() => say(t.leftToast)} />;
  if (asking === 'reset') return <ReasonDialog title={t.reset} label={t.how} action={reset} method={method.resetPassword} close={close} run={(reason) => reset.run({ personId, reason })} done={(answer) => show(answer.oneTimePassword, answer.change !== undefined)} />;
  if (asking === 'confirm') return <ReasonDialog title={t.confirm} label={t.confirmHow} action={confirm} method={method.confirmPerson} close={close} run={(reason) => confirm.run({ personId, version: person.version, reason })} done={() => say(t.confirmedToast)} />;
  if ('change' in asking) {
    const { changeId, version, kind: what } = asking.change;
    const title = `${t[asking.kind]}: ${t.changeKinds[what]}`;
    return asking.kind === 'approve'
      ? <ReasonDialog title={title} action={approveChange} method={method.approvePersonChange} close={close} run={(reason) => approveChange.run({ changeId, version, reason })} done={({ oneTimePassword }) => (oneTimePassword ? show(oneTimePassword, true) : say(t.changedToast))} />
      : <ReasonDialog title={title} action={refuseChange} method={method.refusePersonChange} close={close} run={(reason) => refuseChange.run({ changeId, version, reason })} done={() => say(t.refusedToast)} />;
  }
  const { kind, assignment } = asking;
  const request = (reason: string) => ({ assignmentId: assignment.assignmentId, version: assignment.version, reason });
  const title = `${t[kind]}: ${roleText(assignment.role)}`;
  if (kind === 'approve') return <ReasonDialog title={title} action={approve} method={method.approveRole} close={close} run={(reason) => approve.run(request(reason))} done={() => say(t.grantedToast)} />;
  if (kind === 'refuse') return <ReasonDialog title={title} action={refuse} method={method.refuseRole} close={close} run={(reason) => refuse.run(request(reason))} done={() => say(t.refusedToast)} />;
  return <ReasonDialog title={title} action={remove} method={method.removeRole} danger close={close} run={(reason) => remove.run(request(reason))} done={() => say(t.removedToast)} />;
}
