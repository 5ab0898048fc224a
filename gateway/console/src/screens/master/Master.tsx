import type { DescMethodUnary, Message } from '@bufbuild/protobuf';
import { useState } from 'react';
import { Redirect, Route, Switch, useLocation } from 'wouter';
import { useList } from '../../api/query';
import { now } from '../../app/clock';
import { NeedsSite } from '../../app/NeedsSite';
import { Button } from '../../ui/Button';
import { TextField } from '../../ui/Fields';
import { Badge, Panel, Screen } from '../../ui/Panel';
import { ListTable, type Column } from '../../ui/Table';
import { Tabs } from '../../ui/Tabs';
import { texts } from '../../text/en';
import { masterTexts as t } from '../../text/master';
import { Editor } from './Editor';
import { approvedBefore, kinds, type Kind, type KindId } from './kinds';
import './master.css';

/** Master data of every kind: list, change, approve with a signature. */
export default function Master() {
  return (
    <Switch>
      <Route path="/master"><Redirect to="/master/products" replace /></Route>
      <Route path="/master/:kind/:key?">{(params) => <Of key={params.kind} id={params.kind as KindId} open={params.key} />}</Route>
    </Switch>
  );
}

function Of({ id, open }: { id: KindId; open: string | undefined }) {
  const of = kinds.find((each) => each.id === id) ?? kinds[0]!;
  return of.ofSite ? <NeedsSite title={texts.screens.master}>{(site) => <OfKind of={of} siteId={site.siteId} open={open} />}</NeedsSite> : <OfKind of={of} siteId="" open={open} />;
}

function OfKind({ of, siteId, open }: { of: Kind; siteId: string; open: string | undefined }) {
  const [, go] = useLocation();
  const [find, setFind] = useState('');
  const list = useList(of.list as DescMethodUnary, { ...(siteId ? { siteId } : {}), pageSize: 500 } as never, (page) => of.rows(page as Message));
  const wanted = find.trim().toLowerCase();
  const shown = (list.data ?? []).filter((row) => !wanted || of.cells(row).some(([, text]) => text.toLowerCase().includes(wanted)));
  const first = list.data?.[0];
  const titles = first ? of.cells(first).map(([title]) => title) : [t.columns.name];
  const columns: Column<Message>[] = [
    ...titles.map((title, i) => ({ title, cell: (row: Message) => of.cells(row)[i]?.[1] })),
    { title: t.columns.state, cell: (row) => { const standing = of.standing(row, now()); return standing && <Badge tone={standing.tone}>{standing.text}</Badge>; } },
  ];
  const row = open === undefined || open === 'new' ? undefined : list.data?.find((each) => of.key(each) === decodeURIComponent(open));
  const close = () => go(`/master/${of.id}`);
  return (
    <Screen title={texts.screens.master} lead={t.lead} actions={<Button kind="primary" for={of.put} onClick={() => go(`/master/${of.id}/new`)}>{t.new}</Button>}>
      <Tabs<KindId> label={t.kind} value={of.id} onChange={(id) => go(`/master/${id}`)} options={kinds.map((each) => [each.id, t.kinds[each.id]] as const)}>
        {open !== undefined && (open === 'new' || row) && <Editor key={`${of.id}/${open}`} of={of} row={row} earlier={row && approvedBefore(of, row, list.data ?? [])} refresh={list.refresh} close={close} />}
        <Panel flush title={t.kinds[of.id]} aside={<TextField label={t.find} value={find} onChange={setFind} type="search" />}>
          <ListTable<Message> list={{ ...list, data: shown }} label={t.kinds[of.id]} rowKey={of.key} empty={t.noRows} columns={columns} chosen={row && of.key(row)} onOpen={(each) => go(`/master/${of.id}/${encodeURIComponent(of.key(each))}`)} />
        </Panel>
      </Tabs>
    </Screen>
  );
}
