import { useState } from 'react';
import { useAction } from '../../api/action';
import { PeopleService } from '../../generated/doseline/identity/v1/people_pb';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { LongField, TextField } from '../../ui/Fields';
import { Refusals } from '../../ui/Refusals';
import { texts } from '../../text/en';
import { peopleTexts as t } from '../../text/people';
import { OneTimePassword } from './OneTimePassword';

/** Lets a person in and shows the one-time password this once. */
export function JoinDialog({ close }: { close(): void }) {
  const join = useAction(PeopleService.method.joinPerson);
  const [name, setName] = useState('');
  const [login, setLogin] = useState('');
  const [externalSubject, setExternal] = useState('');
  const [reason, setReason] = useState('');
  const [password, setPassword] = useState<string | null>(null);
  const submit = async () => {
    const answer = await join.run({ name, login, externalSubject, reason });
    if (!answer) return;
    if (answer.oneTimePassword) setPassword(answer.oneTimePassword);
    else close();
  };
  if (password !== null) return <OneTimePassword password={password} close={close} />;
  return (
    <Dialog title={t.joinTitle} onClose={close} onSubmit={() => void submit()} foot={<>
      <button type="button" className="button" onClick={close}>{texts.cancel}</button>
      <Button type="submit" kind="primary" for={PeopleService.method.joinPerson} busy={join.busy}>{t.join}</Button>
    </>}>
      <TextField label={t.name} hint={t.nameHint} value={name} onChange={setName} />
      <TextField label={t.login} hint={t.loginHint} value={login} onChange={setLogin} />
      <TextField label={t.external} hint={t.externalHint} value={externalSubject} onChange={setExternal} />
      <LongField label={t.how} hint={texts.reasonHint} value={reason} onChange={setReason} />
      <Refusals problem={join.problem} />
    </Dialog>
  );
}
