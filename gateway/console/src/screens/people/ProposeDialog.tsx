import { useState } from 'react';
import { useAction } from '../../api/action';
import { useList } from '../../api/query';
import { useSession } from '../../app/session';
import { AssignmentState, PeopleService, type Person } from '../../generated/doseline/identity/v1/people_pb';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { LongField, SelectField } from '../../ui/Fields';
import { Note } from '../../ui/Panel';
import { Refusals } from '../../ui/Refusals';
import { useToast } from '../../ui/Toasts';
import { roleText, texts } from '../../text/en';
import { peopleTexts as t } from '../../text/people';

/** Proposes a role at a site; what the role excludes is said before it is refused. */
export function ProposeDialog({ person, close }: { person: Person; close(): void }) {
  const session = useSession();
  const say = useToast();
  const propose = useAction(PeopleService.method.proposeRole);
  const roles = useList(PeopleService.method.listRoles, { pageSize: 500 }, (page) => page.roles);
  const [role, setRole] = useState('');
  const [siteId, setSiteId] = useState('*');
  const [reason, setReason] = useState('');
  const chosen = roles.data?.find((each) => each.role === role);
  const submit = async () => {
    const answer = await propose.run({ holderId: person.personId, role, siteId, reason });
    if (!answer) return;
    say(answer.assignment?.state === AssignmentState.GRANTED ? t.grantedToast : t.proposedToast);
    close();
  };
  return (
    <Dialog title={t.proposeTitle} onClose={close} onSubmit={() => void submit()} foot={<>
      <button type="button" className="button" onClick={close}>{texts.cancel}</button>
      <Button type="submit" kind="primary" for={PeopleService.method.proposeRole} busy={propose.busy}>{t.propose}</Button>
    </>}>
      <SelectField label={t.role} value={role} onChange={setRole} empty="" options={(roles.data ?? []).filter((each) => !each.forAccounts).map((each) => [each.role, roleText(each.role)] as const)} />
      {chosen && chosen.excludes.length > 0 && <Note>{t.excludes}: {chosen.excludes.map(roleText).join(', ')}</Note>}
      <SelectField label={t.site} value={siteId} onChange={setSiteId} options={[['*', t.everySite], ...session.allSites.map((site) => [site.siteId, site.name] as const)]} />
      <LongField label={texts.reason} hint={texts.reasonHint} value={reason} onChange={setReason} />
      <Refusals problem={propose.problem} />
    </Dialog>
  );
}
