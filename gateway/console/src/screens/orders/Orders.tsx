import { Route, Switch } from 'wouter';
import { OrderList } from './OrderList';
import { OrderPage } from './OrderPage';
import { PlaceOrder } from './PlaceOrder';
import './orders.css';

/** The order desk. */
export default function Orders() {
  return (
    <Switch>
      <Route path="/orders"><OrderList /></Route>
      <Route path="/orders/new"><PlaceOrder /></Route>
      <Route path="/orders/:id">{(params) => <OrderPage id={params.id} />}</Route>
    </Switch>
  );
}
