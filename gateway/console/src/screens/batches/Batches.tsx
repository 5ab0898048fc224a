import { Route, Switch } from 'wouter';
import { BatchPage } from './BatchPage';
import { WorkList } from './WorkList';
import './batches.css';

/** Batch execution. */
export default function Batches() {
  return (
    <Switch>
      <Route path="/batches"><WorkList /></Route>
      <Route path="/batches/:id">{(params) => <BatchPage key={params.id} id={params.id} />}</Route>
    </Switch>
  );
}
