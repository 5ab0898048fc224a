import { Route, Switch } from 'wouter';
import { NeedsSite } from '../../app/NeedsSite';
import { texts } from '../../text/en';
import { CellList } from './CellList';
import { CellPage } from './CellPage';
import './cells.css';

/** Hot cells between two batches: what lies in them, what leaves them, and from when they are clear and clean. */
export default function Cells() {
  return (
    <Switch>
      <Route path="/cells"><NeedsSite title={texts.screens.cells}>{(site) => <CellList key={site.siteId} site={site} />}</NeedsSite></Route>
      <Route path="/cells/:id">{(params) => <CellPage key={params.id} id={params.id} />}</Route>
    </Switch>
  );
}
