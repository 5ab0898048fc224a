import { useQuery } from '@tanstack/react-query';
import { useEffect, useState, type FormEvent } from 'react';
import { Link, Route, Switch, useLocation } from 'wouter';
import { queries } from '../../api/query';
import { problemOf } from '../../api/refusals';
import { ask, useAsked, type Asked } from '../../app/asked';
import { useSession } from '../../app/session';
import { Empty, Badge, Loading, Note, Panel, Screen } from '../../ui/Panel';
import { Refusals } from '../../ui/Refusals';
import { Table } from '../../ui/Table';
import { TextField } from '../../ui/Fields';
import { Time } from '../../ui/Figures';
import { timestamp } from '../../physics/time';
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
      <Route path="/trace"><Asking /></Route>
      <Route path="/trace/:code">{(params) => <Of key={params.code} code={decodeURIComponent(params.code)} seen />}</Route>
    </Switch>
  );
}

function Asking() {
  const asked = useAsked();
  // Asked once: whoever comes back later is not told of it again.
  useEffect(() => () => ask(null), []);
  if (asked) return <Of key={asked.code} {...asked} />;
  return <Screen title={texts.screens.trace} lead={t.lead}><Ask /></Screen>;
}

function Ask({ given = '' }: { given?: string }) {
  const [location, go] = useLocation();
  const [code, setCode] = useState(given);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!code.trim()) return;
    ask({ code: code.trim(), seen: true });
    if (location !== '/trace') go('/trace');
  };
  return (
    <Panel>
      <form className="row" onSubmit={submit}>
        <div className="grow"><TextField label={t.code} hint={t.ask} value={code} onChange={setCode} /></div>
        <button type="submit" className="button primary large">{t.go}</button>
      </form>
    </Panel>
  );
}

function Of({ code, seen }: Asked) {
  const { allSites } = useSession();
  const [, go] = useLocation();
  const siteIds = allSites.map((site) => site.siteId);
  const keyOf = (number: string) => ['trace', number, siteIds.join()];
  const trace = useQuery({
    queryKey: keyOf(code), staleTime: 10_000, retry: false, structuralSharing: false,
    queryFn: async () => { const found = await find(code, siteIds); return found ? { found, story: await gather(found) } : null; },
  });
  const id = trace.data?.found.id;
  // Now it is known to be a number of something, and has an address.
  useEffect(() => {
    if (!id || id === code) return;
    queries.setQueryData(keyOf(id), trace.data);
    go(`/trace/${encodeURIComponent(id)}`, { replace: true });
  });
  if (trace.isPending) return <Screen title={texts.screens.trace}><Loading /></Screen>;
  if (trace.error) return <Screen title={texts.screens.trace}><Refusals problem={problemOf(trace.error)} /></Screen>;
  if (!trace.data) return <Screen title={texts.screens.trace} lead={t.lead}><Note tone="warn" title={seen ? t.notFound(code) : t.scanNotFound}>{t.notFoundHint}</Note><Ask given={seen ? code : ''} /></Screen>;
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
  const rows = story.sorted().map((each, i) => ({ ...each, key: `${i}` }));
  if (rows.length === 0) return <Empty>{t.nothingYet}</Empty>;
  return (
    <Table<Happening & { key: string }>
      rows={rows} label={t.story} rowKey={(each) => each.key}
      columns={[
        { title: t.columns.time, cell: (each) => <Time at={timestamp(each.at)} day="always" seconds /> },
        { title: t.columns.what, cell: (each) => each.what },
        { title: t.columns.who, cell: (each) => <>{each.who} {each.signed && <Badge tone="ok">{t.signed}</Badge>}</> },
        { title: t.columns.on, cell: (each) => { const thing = story.things.get(each.thing); return thing && <Link href={`/trace/${thing.id}`}>{t.kinds[thing.kind]} {thing.title}</Link>; } },
        { title: t.columns.more, cell: (each) => each.more },
      ]}
    />
  );
}
