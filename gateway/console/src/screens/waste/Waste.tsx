import { Route, Switch } from 'wouter';
import { NeedsSite } from '../../app/NeedsSite';
import { texts } from '../../text/en';
import { ContainerPage } from './ContainerPage';
import { Containers } from './Containers';
import './waste.css';

/** Waste from the moment it arises until it is disposed of. */
export default function Waste() {
  return (
    <Switch>
      <Route path="/waste"><NeedsSite title={texts.screens.waste}>{(site) => <Containers key={site.siteId} site={site} />}</NeedsSite></Route>
      <Route path="/waste/:id">{(params) => <ContainerPage key={params.id} id={params.id} />}</Route>
    </Switch>
  );
}
