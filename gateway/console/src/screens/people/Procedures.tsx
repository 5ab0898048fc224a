import { useState } from 'react';
import { useAction } from '../../api/action';
import { useList } from '../../api/query';
import { now } from '../../app/clock';
import { useSession } from '../../app/session';
import { TrainingService, type Procedure } from '../../generated/doseline/identity/v1/training_pb';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { LocalTimeField, LongField, TextField } from '../../ui/Fields';
import { Time } from '../../ui/Figures';
import { Panel } from '../../ui/Panel';
import { Refusals } from '../../ui/Refusals';
import { ListTable } from '../../ui/Table';
import { useToast } from '../../ui/Toasts';
import { instantOf, localText, timestamp } from '../../physics/time';
import { texts } from '../../text/en';
import { peopleTexts as t } from '../../text/people';

/** Procedures in their versions. */
export function Procedures() {
  const procedures = useList(TrainingService.method.listProcedures, { pageSize: 100 }, (page) => page.procedures);
  const [publishing, setPublishing] = useState(false);
  return (
    <Panel title={t.procedures} flush aside={<Button kind="primary" for={TrainingService.method.publishProcedure} onClick={() => setPublishing(true)}>{t.publish}</Button>}>
      <ListTable<Procedure>
        label={t.procedures} list={procedures} rowKey={(each) => `${each.code}/${each.procedureVersion}`} empty={t.noProcedures}
        columns={[
          { title: t.code, cell: (each) => each.code }, { title: t.version, number: true, cell: (each) => String(each.procedureVersion) }, { title: t.title, cell: (each) => each.title },
          { title: t.effective, cell: (each) => <Time at={each.effectiveTime} day="always" /> }, { title: t.publishedBy, cell: (each) => each.publishedBy },
        ]}
      />
      {publishing && <Publish known={procedures.data ?? []} close={() => setPublishing(false)} />}
    </Panel>
  );
}

function Publish({ known, close }: { known: readonly Procedure[]; close(): void }) {
  const { zone } = useSession();
  const say = useToast();
  const publish = useAction(TrainingService.method.publishProcedure);
  const [code, setCode] = useState('');
  const [title, setTitle] = useState('');
  const [effective, setEffective] = useState(() => localText(now() + 120_000, zone));
  const [reason, setReason] = useState('');
  const submit = async () => {
    const at = instantOf(effective, zone);
    const next = Math.max(0, ...known.filter((each) => each.code === code).map((each) => each.procedureVersion)) + 1;
    if (!await publish.run({ code, procedureVersion: next, title, effectiveTime: at === null ? undefined : timestamp(at), reason })) return;
    say(t.published);
    close();
  };
  return (
    <Dialog title={t.publishTitle} onClose={close} onSubmit={() => void submit()} foot={<>
      <button type="button" className="button" onClick={close}>{texts.cancel}</button>
      <Button type="submit" kind="primary" for={TrainingService.method.publishProcedure} busy={publish.busy}>{t.publish}</Button>
    </>}>
      <TextField label={t.code} hint={t.codeHint} value={code} onChange={setCode} />
      <TextField label={t.title} value={title} onChange={setTitle} />
      <LocalTimeField label={t.effective} zone={zone} value={effective} onChange={setEffective} />
      <LongField label={texts.reason} hint={texts.reasonHint} value={reason} onChange={setReason} />
      <Refusals problem={publish.problem} />
    </Dialog>
  );
}
