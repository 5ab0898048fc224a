import { useState } from 'react';
import { useAction } from '../../api/action';
import type { List } from '../../api/query';
import { LotsService, type Expectation } from '../../generated/doseline/inventory/v1/lots_pb';
import { PossessionService } from '../../generated/doseline/inventory/v1/possession_pb';
import type { Room } from '../../generated/doseline/inventory/v1/sites_pb';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { LongField } from '../../ui/Fields';
import { Activity, Time } from '../../ui/Figures';
import { Panel } from '../../ui/Panel';
import { Refusals } from '../../ui/Refusals';
import { ListTable } from '../../ui/Table';
import { useToast } from '../../ui/Toasts';
import { texts } from '../../text/en';
import { possessionTexts as t } from '../../text/possession';
import { roomName } from './limits';

/** Receipts that are announced and count ahead of time. */
export function Expected({ list, rooms, receive }: { list: List<Expectation>; rooms: readonly Room[]; receive(expectation: Expectation): void }) {
  const [taking, setTaking] = useState<Expectation | null>(null);
  return (
    <Panel flush title={t.expected}>
      <ListTable<Expectation>
        list={list} label={t.expected} rowKey={(each) => each.expectationId} empty={t.noExpected}
        columns={[
          { title: t.columns.arrival, cell: (each) => <Time at={each.arrivalTime} day="always" /> },
          { title: t.columns.material, cell: (each) => each.materialCode || t.move },
          { title: t.columns.room, cell: (each) => roomName(rooms, each.roomId) },
          { title: t.columns.contents, cell: (each) => <span className="contents">{each.contents.map((part, i) => <Activity key={i} of={part} />)}</span> },
          { title: t.receive, cell: (each) => (
            <span className="row">
              {each.holdingId === '' && <Button size="small" for={LotsService.method.receiveLot} onClick={() => receive(each)}>{t.receive}</Button>}
              <Button size="small" for={LotsService.method.cancelExpectation} onClick={() => setTaking(each)}>{t.takeBack}</Button>
            </span>
          ) },
        ]}
      />
      {taking && <TakeBack expectation={taking} close={() => setTaking(null)} />}
    </Panel>
  );
}

function TakeBack({ expectation, close }: { expectation: Expectation; close(): void }) {
  const [reason, setReason] = useState('');
  const action = useAction(LotsService.method.cancelExpectation, PossessionService.typeName);
  const say = useToast();
  const submit = async () => {
    if (!(await action.run({ expectationId: expectation.expectationId, reason }))) return;
    say(t.takenBack);
    close();
  };
  return (
    <Dialog title={t.takeBackTitle} onClose={close} onSubmit={() => void submit()} foot={<>
      <button type="button" className="button" onClick={close}>{texts.cancel}</button>
      <Button type="submit" kind="danger" for={LotsService.method.cancelExpectation} busy={action.busy}>{t.takeBack}</Button>
    </>}>
      <LongField label={texts.reason} hint={texts.reasonHint} value={reason} onChange={setReason} />
      <Refusals problem={action.problem} />
    </Dialog>
  );
}
