import type { ReactNode } from 'react';
import type { Site } from '../generated/doseline/inventory/v1/sites_pb';
import { Panel, Screen } from '../ui/Panel';
import { texts } from '../text/en';
import { useSession } from './session';
import { choose } from './settings';

/** Shows what belongs to one site; asks for the site while several are on screen. */
export function NeedsSite({ title, children }: { title: string; children: (site: Site) => ReactNode }) {
  const { site, allSites } = useSession();
  if (site) return children(site);
  return (
    <Screen title={title} lead={texts.chooseSite}>
      <Panel>
        <div className="row">
          {allSites.map((each) => <button key={each.siteId} type="button" className="button large" onClick={() => choose({ siteId: each.siteId })}>{each.name || each.siteId}</button>)}
        </div>
      </Panel>
    </Screen>
  );
}
