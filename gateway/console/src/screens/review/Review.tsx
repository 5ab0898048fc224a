import { Route, Switch } from 'wouter';
import { ReviewList } from './ReviewList';
import { ReviewPage } from './ReviewPage';
import './review.css';

/** QA review by exception. */
export default function Review() {
  return (
    <Switch>
      <Route path="/review"><ReviewList /></Route>
      <Route path="/review/:id">{(params) => <ReviewPage key={params.id} id={params.id} />}</Route>
    </Switch>
  );
}
