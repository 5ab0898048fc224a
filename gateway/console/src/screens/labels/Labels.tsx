import { Route, Switch } from 'wouter';
import { LabelDesk } from './LabelDesk';
import { LabelPage } from './LabelPage';
import { PrintPage } from './PrintPage';
import './labels.css';

/** Labels: what is to be printed, each label, and the count of a batch. */
export default function Labels() {
  return (
    <Switch>
      <Route path="/labels"><LabelDesk /></Route>
      <Route path="/labels/doses/:id">{(params) => <PrintPage key={params.id} doseId={params.id} />}</Route>
      <Route path="/labels/:id">{(params) => <LabelPage key={params.id} printId={params.id} />}</Route>
    </Switch>
  );
}
