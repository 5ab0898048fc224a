import type { DescMethod } from '@bufbuild/protobuf';
import { useState } from 'react';
import type { Action } from '../../api/action';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { LongField } from '../../ui/Fields';
import { Refusals } from '../../ui/Refusals';
import { texts } from '../../text/en';
import { peopleTexts as t } from '../../text/people';

interface Props<O> {
  title: string;
  label?: string;
  action: Pick<Action<never, O>, 'busy' | 'problem'>;
  method: DescMethod;
  danger?: boolean;
  run(reason: string): Promise<O | null>;
  done(answer: O): void;
  close(): void;
}

/** Asks why, then does it. */
export function ReasonDialog<O>({ title, label = texts.reason, action, method, danger, run, done, close }: Props<O>) {
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const submit = async () => {
    setTried(true);
    if (!reason.trim()) return;
    const answer = await run(reason);
    if (answer === null) return;
    close();
    done(answer);
  };
  return (
    <Dialog title={title} onClose={close} onSubmit={() => void submit()} foot={<>
      <button type="button" className="button" onClick={close}>{texts.cancel}</button>
      <Button type="submit" kind={danger ? 'danger' : 'primary'} for={method} busy={action.busy}>{title}</Button>
    </>}>
      <LongField label={label} hint={texts.reasonHint} value={reason} onChange={setReason} wrong={tried && !reason.trim() ? t.missingReason : undefined} />
      <Refusals problem={action.problem} />
    </Dialog>
  );
}
