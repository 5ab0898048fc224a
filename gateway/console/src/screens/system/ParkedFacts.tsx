import { useState } from 'react';
import { useAction } from '../../api/action';
import { useList } from '../../api/query';
import { MessagesService, ParkedState, type ParkedMessage } from '../../generated/doseline/operations/v1/messages_pb';
import { SystemService } from '../../generated/doseline/operations/v1/system_pb';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { Choices, LongField, SelectField } from '../../ui/Fields';
import { Id, Time } from '../../ui/Figures';
import { Badge, Note, Panel } from '../../ui/Panel';
import { Refusals } from '../../ui/Refusals';
import { ListTable } from '../../ui/Table';
import { useToast } from '../../ui/Toasts';
import { texts } from '../../text/en';
import { systemTexts as t } from '../../text/system';

type Act = { readonly kind: 'replay' | 'setAside'; readonly fact: ParkedMessage };

/** Facts of a service that wait for a person, with what a person can do. */
export function ParkedFacts({ service, services, choose }: { service: string; services: readonly string[]; choose(service: string): void }) {
  const [shown, setShown] = useState<'waiting' | 'resolved'>('waiting');
  const [act, setAct] = useState<Act | null>(null);
  const list = useList(MessagesService.method.listParkedMessages, { service, resolved: shown === 'resolved', pageSize: 100 }, (page) => page.messages, { everySeconds: 5 });
  const begin = (next: Act) => {
    // Who deals with a fact stays where it was, also when nothing waits there any more.
    choose(service);
    setAct(next);
  };
  return (
    <Panel title={t.parked} flush aside={<>
      <Choices<'waiting' | 'resolved'> label={t.showResolved} hideLabel compact value={shown} onChange={setShown} options={[['waiting', t.waiting], ['resolved', t.resolved]]} />
      <SelectField label={t.which} value={service} onChange={choose} options={services.map((each) => [each, each] as const)} />
    </>}>
      <ListTable<ParkedMessage>
        label={t.parked} list={list} rowKey={(each) => each.factId} empty={shown === 'waiting' ? t.noneParked : t.noneResolved}
        columns={[
          { title: t.parkedColumns.fact, cell: (each) => <><strong>{each.type.split('.').pop()}</strong> <Id of={each.subject} /><br /><span className="small soft">{t.between(each.source, each.handler)}</span></> },
          { title: t.parkedColumns.state, cell: (each) => <Badge tone={each.state === ParkedState.PARKED || each.state === ParkedState.ORPHANED ? 'stop' : each.state >= ParkedState.REPLAYED ? 'ok' : 'warn'}>{t.states[each.state]}</Badge> },
          { title: t.parkedColumns.tries, number: true, cell: (each) => String(each.tries) },
          { title: t.parkedColumns.reason, cell: (each) => <span className="small">{each.reason}</span> },
          { title: t.parkedColumns.since, cell: (each) => <Time at={each.failTime} /> },
          shown === 'resolved'
            ? { title: t.parkedColumns.by, cell: (each) => <>{each.resolvedBy} <Time at={each.resolveTime} /><br /><span className="small soft">{each.resolveReason}</span></> }
            : {
              title: t.replay, cell: (fact) => <span className="row">
                <Button size="small" for={MessagesService.method.replayParkedMessage} onClick={() => begin({ kind: 'replay', fact })}>{t.replay}</Button>
                <Button size="small" kind="danger" for={MessagesService.method.setAsideParkedMessage} onClick={() => begin({ kind: 'setAside', fact })}>{t.setAside}</Button>
              </span>,
            },
        ]}
      />
      {act && <ActDialog act={act} service={service} close={() => setAct(null)} />}
    </Panel>
  );
}

function ActDialog({ act, service, close }: { act: Act; service: string; close(): void }) {
  const say = useToast();
  const replay = useAction(MessagesService.method.replayParkedMessage, SystemService.typeName);
  const setAside = useAction(MessagesService.method.setAsideParkedMessage, SystemService.typeName);
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const isReplay = act.kind === 'replay';
  const action = isReplay ? replay : setAside;
  const submit = async () => {
    setTried(true);
    if (!reason.trim()) return;
    const input = { service, factId: act.fact.factId, reason };
    const done = isReplay ? await replay.run(input) : await setAside.run(input);
    if (!done) return;
    say('replayed' in done ? (done.replayed ? t.replayed : t.wasReplayed) : done.setAside ? t.aside : t.wasReplayed);
    close();
  };
  return (
    <Dialog title={isReplay ? t.replayTitle : t.setAsideTitle} onClose={close} onSubmit={() => void submit()} foot={<>
      <button type="button" className="button" onClick={close}>{texts.cancel}</button>
      <Button type="submit" kind={isReplay ? 'primary' : 'danger'} for={isReplay ? MessagesService.method.replayParkedMessage : MessagesService.method.setAsideParkedMessage} busy={action.busy}>{isReplay ? t.replay : t.setAside}</Button>
    </>}>
      <Note title={act.fact.type.split('.').pop()}>{act.fact.reason}</Note>
      <p className="soft">{isReplay ? t.replayHint : t.setAsideHint}</p>
      <LongField label={texts.reason} hint={texts.reasonHint} value={reason} onChange={setReason} wrong={tried && !reason.trim() ? t.missingReason : undefined} />
      <Refusals problem={action.problem} />
    </Dialog>
  );
}
