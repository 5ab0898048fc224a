// Who works here: asked of the gateway, which keeps the token. Nobody signed in means the sign-in page.
import { createContext, useContext, useEffect, useState, type ReactNode } from 'react';
import { consoleHeader, zoneHeader } from '../api/transport';
import { SitesService, type Site } from '../generated/doseline/inventory/v1/sites_pb';
import { beatMs, beatPatienceMs, heard } from '../api/freshness';
import { useList } from '../api/query';
import { follow } from './clock';
import { useSettings } from './settings';
import { SignIn } from './SignIn';
import { askForZones, useZonesTaken } from './zones';
import { texts } from '../text/en';

/** Who is signed in. */
export interface Person {
  readonly subject: string;
  readonly name: string;
  /** Roles at the site on screen; those of any site where several are. */
  readonly roles: readonly string[];
  /** Roles with the site where each holds: "qa@bos", "qa@*". */
  readonly grants: readonly string[];
  /** Sites with rights; "*" is every site. */
  readonly sites: readonly string[];
}

interface Session extends Person {
  /** Sites the person may see. */
  readonly allSites: readonly Site[];
  /** The site on screen; undefined for all. */
  readonly site: Site | undefined;
  /** Zone in which times are read: the site's, or UTC when several sites are on screen. */
  readonly zone: string;
}

const SessionContext = createContext<Session | null>(null);
/** The session; only inside SessionGate. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('There is no session here.');
  return session;
}

/** Zone of a site by its id; the zone on screen when it is not known. */
export function useZoneOf(): (siteId: string) => string {
  const session = useSession();
  return (siteId) => session.allSites.find((site) => site.siteId === siteId)?.zone ?? session.zone;
}

type Answer = Person | 'locked' | null;

async function ask(): Promise<Answer> {
  const asked = Date.now();
  const answer = await fetch('/session', { credentials: 'same-origin', headers: { Accept: 'application/json', ...consoleHeader() }, cache: 'no-store', signal: AbortSignal.timeout(beatPatienceMs) });
  // What stands in front of a platform that is away answers for it; that signs nobody out.
  if (answer.status >= 500) throw new Error(`The platform answers ${answer.status}.`);
  if (!answer.ok) return null;
  const body = (await answer.json()) as Partial<Person> & { time?: string; signedIn?: boolean; locked?: boolean };
  heard();
  if (body.time) follow(Date.parse(body.time), asked);
  if (body.locked) return 'locked';
  if (body.signedIn === false || !body.name) return null;
  return { subject: body.subject ?? '', name: body.name, roles: body.roles ?? [], grants: body.grants ?? [], sites: body.sites ?? [] };
}

// The same answer as before is the same object, so that a heartbeat draws nothing.
const same = (known: Answer | undefined, found: Answer): Answer => (JSON.stringify(known) === JSON.stringify(found) ? known! : found);

/** Shows the console to a person who is signed in, and the sign-in page to anyone else. Asking who works here is the page's heartbeat. */
export function SessionGate({ children }: { children: ReactNode }) {
  const [person, setPerson] = useState<Answer | undefined>(undefined);
  const [away, setAway] = useState(false);
  useEffect(() => {
    let current = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let asking = false;
    const beat = () => {
      if (asking) return;
      asking = true;
      ask().then((found) => { if (current) { setAway(false); setPerson((known) => same(known, found)); } }, () => current && setAway(true))
        .finally(() => { asking = false; if (current) timer = setTimeout(beat, beatMs); });
    };
    beat();
    // Timers of a page that nobody sees run late; whoever comes back to it is told at once how old it is.
    const back = () => { if (!document.hidden) { clearTimeout(timer); beat(); } };
    document.addEventListener('visibilitychange', back);
    return () => {
      current = false;
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', back);
    };
  }, []);
  if (person === undefined) return away ? <main className="sign-in"><div className="sign-in-card" role="alert"><p className="brand">{texts.brand}</p><h1>{texts.shell.away}</h1><p>{texts.shell.awayHint}</p></div></main> : null;
  if (person === null || person === 'locked') return <SignIn locked={person === 'locked'} />;
  return <WithSites person={person}>{children}</WithSites>;
}

// A role holds where it was given, and not at every site where another one was.
function rolesAt(person: Person, site: Site | undefined): readonly string[] {
  if (!site) return person.roles;
  const here = person.grants.map((each) => each.split('@')).filter(([, where]) => where === '*' || where === site.siteId);
  return [...new Set(here.map(([role]) => role!))];
}

function WithSites({ person, children }: { person: Person; children: ReactNode }) {
  const { siteId } = useSettings();
  const sites = useList(SitesService.method.listSites, { pageSize: 500 }, (page) => page.sites);
  const allSites = sites.data ?? [];
  const seen = allSites.filter((each) => person.sites.includes('*') || person.sites.includes(each.siteId));
  const site = seen.find((each) => each.siteId === siteId) ?? (seen.length === 1 ? seen[0] : undefined);
  const zone = site?.zone ?? 'UTC';
  zoneHeader.value = zone;
  useEffect(askForZones, []);
  useZonesTaken();
  if (sites.loading) return null;
  return <SessionContext value={{ ...person, roles: rolesAt(person, site), allSites: seen, site, zone }}>{children}</SessionContext>;
}
