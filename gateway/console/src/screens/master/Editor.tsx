import { create, type DescMethodUnary, type Message } from '@bufbuild/protobuf';
import { useMemo, useState } from 'react';
import { useAction } from '../../api/action';
import { isStale } from '../../api/refusals';
import { useSession } from '../../app/session';
import { Button } from '../../ui/Button';
import { differences, draftOf, messageOf, type Draft } from '../../ui/drafts';
import { LocalTimeField, LongField } from '../../ui/Fields';
import { MessageFields } from '../../ui/MessageFields';
import { Badge, Note, Panel } from '../../ui/Panel';
import { Refusals } from '../../ui/Refusals';
import { Table } from '../../ui/Table';
import { useToast } from '../../ui/Toasts';
import { instantOf, timestamp } from '../../physics/time';
import { texts, words } from '../../text/en';
import { masterTexts as t } from '../../text/master';
import { LabelPicture } from '../labels/LabelPicture';
import type { Kind } from './kinds';

const inWords = (path: string): string => path.replace(/([a-z])([A-Z])/g, '$1_$2').split(' › ').map(words).join(' › ');

/** Changes one thing, or approves it. What differs from what was read stands beside the fields before it is saved. */
export function Editor({ of, row, earlier, refresh, close }: { of: Kind; row: Message | undefined; earlier: Message | undefined; refresh(): void; close(): void }) {
  const { zone } = useSession();
  const isDraft = row !== undefined && (of.approval?.isDraft(row) ?? false);
  const before = useMemo(() => {
    const read = draftOf(of.schema, row ? of.body(row) : create(of.schema), zone);
    return row && !isDraft && of.renewed ? of.renewed(read) : read;
  }, [of, row, zone, isDraft]);
  const [draft, setDraft] = useState<Draft>(before);
  const [reason, setReason] = useState('');
  const [effective, setEffective] = useState('');
  const [wrong, setWrong] = useState<ReadonlySet<string>>(new Set());
  const put = useAction(of.put as DescMethodUnary);
  const approve = useAction((of.approval?.method ?? of.put) as DescMethodUnary);
  const say = useToast();
  const changes = differences(before, draft);
  // Who approves signs for what becomes different from what is in force, and sees that first.
  const approving = row && isDraft ? differences(earlier ? draftOf(of.schema, of.body(earlier), zone) : {}, draftOf(of.schema, of.body(row), zone)) : [];
  const over = row === undefined || of.writesOver === undefined || of.writesOver(row);

  const save = async () => {
    const read = messageOf(of.schema, draft, zone);
    setWrong(new Set(read.wrong));
    if (read.wrong.length > 0) return;
    const done = await put.run(of.request(read.message, row, reason) as never, { asked: of.signed ?? false });
    if (!done) return refresh();
    say(t.saved);
    close();
  };
  const sign = async () => {
    if (!row || !of.approval) return;
    const ms = effective ? instantOf(effective, zone) : null;
    if (effective && ms === null) return;
    if (!(await approve.run(of.approval.request(row, reason, ms === null ? undefined : timestamp(ms)) as never, { asked: true }))) return refresh();
    say(t.approved);
    close();
  };

  const standing = row && of.standing(row, 0);
  const problem = put.problem ?? approve.problem;
  return (
    <Panel title={row ? of.cells(row).slice(0, 2).map(([, text]) => text).join(' · ') : t.newTitle(t.kinds[of.id])} aside={<>{isDraft && standing && <Badge tone={standing.tone}>{standing.text}</Badge>}<button type="button" className="button quiet small" onClick={close}>{texts.close}</button></>}>
      <form className="stack" noValidate onSubmit={(event) => { event.preventDefault(); void save(); }}>
        {row && isDraft && (
          <section className="stack" aria-label={t.toApprove}>
            <h3>{t.toApprove} ({approving.length})</h3>
            <Note>{earlier ? t.against(of.cells(earlier).slice(0, 3).map(([, text]) => text).join(' · ')) : t.againstNothing}</Note>
            <Differences rows={approving} label={t.toApprove} />
          </section>
        )}
        {!over && <Note>{t.cannotEdit}</Note>}
        <MessageFields schema={of.schema} value={draft} onChange={(value) => { put.clear(); setDraft(value); }} hidden={of.hidden} fixed={row ? of.fixed : []} zone={zone} wrong={wrong} />
        {of.id === 'templates' && typeof draft.zpl === 'string' && draft.zpl !== '' && <><h3>{t.preview}</h3><LabelPicture zpl={draft.zpl.replace('^FD{data_matrix}', '^BXN,5,200,26,26,6,_^FD')} code={undefined} about={String(draft.code)} /></>}
        {row && <details open={changes.length > 0 || undefined}>
          <summary>{t.difference} ({changes.length})</summary>
          <Differences rows={changes} label={t.difference} />
        </details>}
        {(of.hasReason || of.approval?.asks) && <LongField label={t.reason} hint={texts.reasonHint} value={reason} onChange={setReason} />}
        {isDraft && of.approval?.asks && <LocalTimeField label={t.effective} hint={t.effectiveHint} zone={zone} value={effective} onChange={setEffective} />}
        {wrong.size > 0 && <Note tone="warn">{texts.fillMarked}</Note>}
        {isStale(problem) && <Note tone="warn">{texts.changedMeanwhile}</Note>}
        <Refusals problem={problem} />
        <div className="row">
          <Button type="submit" {...(isDraft ? {} : { kind: 'primary' as const })} for={of.put} busy={put.busy} why={row && changes.length === 0 ? t.noDifference : null}>{over ? t.save : t.newVersion}</Button>
          {of.approval && row && <Button kind="primary" for={of.approval.method} busy={approve.busy} why={!isDraft ? t.cannotApprove : changes.length > 0 ? t.difference : null} onClick={() => void sign()}>{t.approve}</Button>}
        </div>
      </form>
    </Panel>
  );
}

const Differences = ({ rows, label }: { rows: ReturnType<typeof differences>; label: string }) => (
  <Table rows={rows} label={label} rowKey={([path]) => path} empty={t.noDifference} columns={[{ title: t.field, cell: ([path]) => inWords(path) }, { title: t.was, cell: ([, was]) => was }, { title: t.becomes, cell: ([, , becomes]) => <strong>{becomes}</strong> }]} />
);
