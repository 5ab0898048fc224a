import { useState } from 'react';
import { useAction } from '../../api/action';
import { useList } from '../../api/query';
import { now } from '../../app/clock';
import { useSession } from '../../app/session';
import { TrainingService, type TrainingLine } from '../../generated/doseline/identity/v1/training_pb';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { LocalTimeField, LongField, SelectField, TextField } from '../../ui/Fields';
import { Refusals } from '../../ui/Refusals';
import { useToast } from '../../ui/Toasts';
import { instantOf, localText, timestamp } from '../../physics/time';
import { texts } from '../../text/en';
import { peopleTexts as t } from '../../text/people';

/** Records that a person was trained and found competent. */
export function RecordTraining({ line, lines, close }: { line: TrainingLine | null; lines: readonly TrainingLine[]; close(): void }) {
  const { zone } = useSession();
  const say = useToast();
  const record = useAction(TrainingService.method.recordTraining);
  const procedures = useList(TrainingService.method.listProcedures, { pageSize: 500 }, (page) => page.procedures);
  const [personId, setPerson] = useState(line?.personId ?? '');
  const [code, setCode] = useState(line?.code ?? '');
  const [trained, setTrained] = useState(() => localText(now(), zone));
  const [expire, setExpire] = useState('');
  const [evidence, setEvidence] = useState('');
  const [reason, setReason] = useState('');
  const people = [...new Map(lines.map((each) => [each.personId, each.personName]))];
  const codes = [...new Map((procedures.data ?? []).map((each) => [each.code, each.title]))];
  const version = line?.code === code && line.procedureVersion > 0 ? line.procedureVersion : Math.max(0, ...(procedures.data ?? []).filter((each) => each.code === code).map((each) => each.procedureVersion));
  const instant = (text: string) => {
    const at = text ? instantOf(text, zone) : null;
    return at === null ? undefined : timestamp(Math.min(at, text === expire ? Infinity : now()));
  };
  const submit = async () => {
    if (expire && instantOf(expire, zone) === null) return;
    if (!await record.run({ personId, code, procedureVersion: version, trainTime: instant(trained), expireTime: instant(expire), evidence, reason })) return;
    say(t.recorded);
    close();
  };
  return (
    <Dialog title={t.recordTitle} onClose={close} onSubmit={() => void submit()} foot={<>
      <button type="button" className="button" onClick={close}>{texts.cancel}</button>
      <Button type="submit" kind="primary" for={TrainingService.method.recordTraining} busy={record.busy}>{t.record}</Button>
    </>}>
      <SelectField label={t.person} value={personId} onChange={setPerson} empty="" options={people} />
      <SelectField label={t.procedure} value={code} onChange={setCode} empty="" options={codes.map(([each, title]) => [each, `${each} – ${title}`] as const)} />
      <LocalTimeField label={t.trainedAt} zone={zone} value={trained} onChange={setTrained} />
      <LocalTimeField label={t.refreshBy} hint={t.refreshHint} zone={zone} value={expire} onChange={setExpire} />
      <TextField label={t.evidence} value={evidence} onChange={setEvidence} />
      <LongField label={texts.reason} hint={texts.reasonHint} value={reason} onChange={setReason} />
      <Refusals problem={record.problem} />
    </Dialog>
  );
}
