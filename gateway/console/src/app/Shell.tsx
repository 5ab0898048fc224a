import { Suspense, useCallback, useEffect, useRef, useState } from 'react';
import { Link, Route, Switch, useLocation } from 'wouter';
import { useFreshness } from '../api/freshness';
import { useStreams } from '../api/streams';
import { Boundary } from './Boundary';
import { Clock } from './Clock';
import { Help } from './Help';
import { useKeys } from './keys';
import { ScanBox } from './ScanBox';
import type { ScreenEntry } from './screen';
import { useSession } from './session';
import { SettingsMenu } from './SettingsMenu';
import { Withdrawn } from '../ui/Withdrawn';
import { Badge, Loading, Note, Screen } from '../ui/Panel';
import { texts } from '../text/en';
import './shell.css';

/** What stands around every screen: the bar with scan box, clock and settings, and the rail of screens. */
export function Shell({ screens }: { screens: readonly ScreenEntry[] }) {
  const [helping, setHelping] = useState(false);
  const help = useCallback(() => setHelping(true), []);
  useKeys(screens, help);
  return (
    <div className="shell">
      <a className="skip" href="#screen">{texts.skip}</a>
      <header className="shell-bar">
        <Link href="/" className="brand" aria-label={`${texts.brand}, ${texts.screens.board}`} style={{ textDecoration: 'none' }}>{texts.brand}</Link>
        <ScanBox />
        <LiveSign />
        <Clock />
        <SettingsMenu help={help} />
        <Withdrawn />
      </header>
      <nav className="shell-rail" aria-label={texts.shell.nav}><Rail screens={screens} /></nav>
      <main id="screen" className="shell-main"><Page screens={screens} /></main>
      {helping && <Help screens={screens} close={() => setHelping(false)} />}
    </div>
  );
}

const isAt = (location: string, path: string) => (path === '/' ? location === '/' : location === path || location.startsWith(`${path}/`));

function Rail({ screens }: { screens: readonly ScreenEntry[] }) {
  const [location] = useLocation();
  const list = useRef<HTMLUListElement>(null);
  const { roles } = useSession();
  // What one works with stands first; everything else can be looked at by everybody.
  const own = screens.filter((screen) => screen.for === 'all' || screen.for.some((role) => roles.includes(role)));
  const others = screens.filter((screen) => !own.includes(screen));
  // On a tablet the rail is wider than the page; where one is stays in sight.
  useEffect(() => {
    list.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [location]);
  return (
    <ul ref={list}>
      {[...own, ...others].map((screen) => (
        <li key={screen.id} className={screen === others[0] && own.length > 0 ? 'others' : undefined}>
          {screen === others[0] && own.length > 0 && <span className="small soft" aria-hidden="true">{texts.shell.others}</span>}
          <Link href={screen.path} aria-current={isAt(location, screen.path) ? 'page' : undefined}>
            <svg width="22" height="22" viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.8" aria-hidden="true"><path d={screen.sign} /></svg>
            {texts.screens[screen.id]}
          </Link>
        </li>
      ))}
    </ul>
  );
}

function Page({ screens }: { screens: readonly ScreenEntry[] }) {
  const [location] = useLocation();
  const first = useRef(true);
  const top = `/${location.split('/')[1] ?? ''}`;
  // A new screen begins at its title, for those who cannot see that it is new.
  useEffect(() => {
    if (first.current) first.current = false;
    else document.querySelector<HTMLElement>('#screen h1')?.focus({ preventScroll: true });
  }, [top]);
  return (
    <Boundary key={top}>
      <Suspense fallback={<Loading />}>
        <Switch>
          {screens.map((screen) => <Route key={screen.id} path={screen.path === '/' ? '/' : `${screen.path}/*?`}><screen.page /></Route>)}
          <Route><Screen title={texts.shell.notFound}><Note>{texts.shell.notFoundHint}</Note></Screen></Route>
        </Switch>
      </Suspense>
    </Boundary>
  );
}

function LiveSign() {
  const { state } = useFreshness();
  const stream = useStreams();
  const shown = state === 'stale' ? 'broken' : state === 'quiet' ? 'quiet' : stream === 'none' ? 'live' : stream;
  const tone = shown === 'live' ? 'live' : shown === 'broken' ? 'stop' : shown === 'quiet' ? 'warn' : 'plain';
  return <span role="status" data-live={shown} title={shown === 'broken' ? texts.shell.brokenHint : undefined}><Badge tone={tone}>{texts.shell[shown]}</Badge></span>;
}
