import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, Route, Switch, useLocation } from 'wouter';
import { problemOf } from '../../api/refusals';
import { useSession } from '../../app/session';
import { Empty, Badge, Loading, Note, Panel, Screen } from '../../ui/Panel';
import { Refusals } from '../../ui/Refusals';
import { Table } from '../../ui/Table';
import { TextField } from '../../ui/Fields';
import { dayText, secondsText, zoneText } from '../../physics/time';
import { texts } from '../../text/en';
import { traceTexts as t } from '../../text/trace';
import { AuditPanel } from './AuditPanel';
import { Chain } from './Chain';
import { find } from './find';
import { gather } from './gather';
import type { Happening, Story } from './story';
import './trace.css';

/** From any number the whole story. */
export default function Trace() {
  return (
    <Switch>
      <Route path="/trace"><Screen title={texts.screens.trace} lead={t.lead}><Ask /></Screen></Route>
      <Route path="/trace/:code">{(params) => <Of key={params.code} code={decodeURIComponent(params.code)} />}</Route>
    </Switch>
  );
}

function Ask({ given = '' }: { given?: string }) {
  const [, go] = useLocation();
  const [code, setCode] = useState(given);
  return (
    <Panel>
      <form className="row" onSubmit={(event) => { event.preventDefault(); if (code.trim()) go(`/trace/${encodeURIComponent(code.trim())}`); }}>
        <div className="grow"><TextField label={t.code} hint={t.ask} value={code} onChange={setCode} /></div>
        <button type="submit" className="button primary large">{t.go}</button>
      </form>
    </Panel>
  );
}

function Of({ code }: { code: string }) {
  const { allSites } = useSession();
  const siteIds = allSites.map((site) => site.siteId);
  const trace = useQuery({
    queryKey: ['trace', code, siteIds.join()], staleTime: 10_000, retry: false, structuralSharing: false,
    queryFn: async () => { const found = await find(code, siteIds); return found ? { found, story: await gather(found) } : null; },
  });
  if (trace.isPending) return <Screen title={texts.screens.trace}><Loading /></Screen>;
  if (trace.error) return <Screen title={texts.screens.trace}><Refusals problem={problemOf(trace.error)} /></Screen>;
  if (!trace.data) return <Screen title={texts.screens.trace} lead={t.lead}><Note tone="warn" title={t.notFound(code)}>{t.notFoundHint}</Note><Ask given={code} /></Screen>;
  const { found, story } = trace.data;
  const thing = story.things.get(found.id);
  return (
    <Screen title={`${t.kinds[found.kind]} ${thing?.title ?? code}`} lead={t.lead} actions={thing?.screen ? <Link href={thing.screen} className="button">{t.open(t.kinds[found.kind])}</Link> : undefined}>
      <Panel title={t.chain}><Chain story={story} at={found.id} /></Panel>
      <Panel flush title={t.story}><Happenings story={story} /></Panel>
      <AuditPanel key={found.id} kind={t.kinds[found.kind]} id={found.id} />
    </Screen>
  );
}

function Happenings({ story }: { story: Story }) {
  const { zone } = useSession();
  const rows = story.sorted().map((each, i) => ({ ...each, key: `${i}` }));
  if (rows.length === 0) return <Empty>{t.nothingYet}</Empty>;
  return (
    <Table<Happening & { key: string }>
      rows={rows} label={t.story} rowKey={(each) => each.key}
      columns={[
        { title: t.columns.time, cell: (each) => <time className="figure" dateTime={new Date(each.at).toISOString()} title={new Date(each.at).toISOString()}>{dayText(each.at, zone)} {secondsText(each.at, zone)} <span className="soft small">{zoneText(each.at, zone)}</span></time> },
        { title: t.columns.what, cell: (each) => each.what },
        { title: t.columns.who, cell: (each) => <>{each.who} {each.signed && <Badge tone="ok">{t.signed}</Badge>}</> },
        { title: t.columns.on, cell: (each) => { const thing = story.things.get(each.thing); return thing && <Link href={`/trace/${thing.id}`}>{t.kinds[thing.kind]} {thing.title}</Link>; } },
        { title: t.columns.more, cell: (each) => each.more },
      ]}
    />
  );
}
