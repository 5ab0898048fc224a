import { Route, Switch } from 'wouter';
import { PackageList } from './PackageList';
import { PackagePage } from './PackagePage';
import './shipping.css';

/** Packages from packing to proof of delivery. */
export default function Shipping() {
  return (
    <Switch>
      <Route path="/shipping"><PackageList /></Route>
      <Route path="/shipping/:id">{(params) => <PackagePage key={params.id} id={params.id} />}</Route>
    </Switch>
  );
}
