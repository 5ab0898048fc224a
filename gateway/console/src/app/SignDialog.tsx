import { create, toJson } from '@bufbuild/protobuf';
import { useEffect, useRef, useState } from 'react';
import { SigningService, type PrepareResponse } from '../generated/doseline/identity/v1/signing_pb';
import { call } from '../api/transport';
import { policyOf } from '../api/policy';
import { problemOf, type Problem } from '../api/refusals';
import { useSession } from './session';
import type { SigningTask, Signatures } from './signing';
import { TextField } from '../ui/Fields';
import { Dialog } from '../ui/Dialog';
import { Loading, Note } from '../ui/Panel';
import { Refusals } from '../ui/Refusals';
import { roleText, texts } from '../text/en';

type Prepared = { readonly answer: PrepareResponse; readonly requestJson: string; readonly method: string };

/** Shows what is signed and asks for the password; where two must sign, asks the second person after the first. */
export default function SignDialog({ task, done }: { task: SigningTask; done(signatures: Signatures | null): void }) {
  const { zone } = useSession();
  const [second, setSecond] = useState(false);
  const [prepared, setPrepared] = useState<Prepared | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [loginName, setLoginName] = useState('');
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const first = useRef('');

  useEffect(() => {
    const stop = new AbortController();
    const method = `/${task.method.parent.typeName}/${task.method.name}`;
    const requestJson = JSON.stringify(toJson(task.method.input, create(task.method.input, task.input as never)));
    setPrepared(null);
    call(SigningService.method.prepare, { method, requestJson, secondPerson: second }, stop.signal)
      .then((answer) => setPrepared({ answer, requestJson, method }), (fault) => !stop.signal.aborted && setProblem(problemOf(fault)));
    return () => stop.abort();
  }, [task, second]);

  const sign = async () => {
    if (!prepared || busy) return;
    setBusy(true);
    setProblem(null);
    try {
      const { signature } = await call(SigningService.method.sign, { method: prepared.method, requestJson: prepared.requestJson, loginName, password, zone, secondPerson: second });
      if (!second && prepared.answer.needsSecondPerson) {
        first.current = signature;
        setLoginName('');
        setSecond(true);
      } else {
        done(second ? { signature: first.current, secondSignature: signature } : { signature });
      }
    } catch (fault) {
      setProblem(problemOf(fault));
    } finally {
      // A password stays in the page no longer than it takes to send it.
      setPassword('');
      setBusy(false);
    }
  };

  const needsName = prepared?.answer.needsLoginName ?? true;
  return (
    <Dialog
      key={second ? 2 : 1} secret title={second ? texts.sign.secondTitle : texts.sign.title} onClose={() => done(null)} onSubmit={() => void sign()}
      foot={<>
        <button type="button" className="button" onClick={() => done(null)}>{texts.cancel}</button>
        <button type="submit" className="button primary" disabled={!prepared || busy || password === '' || (needsName && loginName === '')}>{busy ? texts.busy : texts.sign.sign}</button>
      </>}
    >
      {!prepared && !problem && <Loading />}
      {!prepared && problem && <Note tone="stop">{texts.sign.unreadable}</Note>}
      {prepared && <>
        {second && <Note tone="warn">{texts.sign.second} {rolesText(task)}</Note>}
        <Note tone="ok" title={texts.sign.declares}><p>{prepared.answer.meaningText}</p></Note>
        <details>
          <summary>{texts.sign.details}</summary>
          <pre className="mono small sign-content" tabIndex={0}>{pretty(prepared.answer.contentJson)}</pre>
          <p className="small soft">{texts.sign.hash}: <span className="id">{prepared.answer.contentHash}</span></p>
        </details>
        {needsName && <TextField label={texts.sign.loginName} value={loginName} onChange={setLoginName} autoComplete="username" required />}
        <TextField label={texts.sign.password} type="password" value={password} onChange={setPassword} autoComplete="current-password" required />
      </>}
      <Refusals problem={problem} />
    </Dialog>
  );
}

function rolesText(task: SigningTask): string {
  const need = policyOf(task.method).signature;
  const roles = need?.secondRoles.length ? need.secondRoles : policyOf(task.method).roles;
  return texts.sign.secondRoles(roles.map(roleText));
}

function pretty(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json;
  }
}
