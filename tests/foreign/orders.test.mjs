// A client of another make places and follows an order with nothing but the protos and the address.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import grpc from '@grpc/grpc-js';
import { enter, orderOf, site } from './market.mjs';
import { client, load, refusalsOf, richStatusOf, start } from './platform.mjs';

const { status } = grpc;
const limit = { timeout: 60_000 };
const protos = load(
    'doseline/orders/v1/orders.proto', 'doseline/orders/v1/products.proto', 'doseline/orders/v1/prices.proto', 'doseline/orders/v1/customers.proto', 'doseline/shipping/v1/carriers.proto',
    'doseline/execution/v1/recipes.proto', 'doseline/execution/v1/equipment.proto', 'doseline/execution/v1/scheduler.proto', 'doseline/identity/v1/signing.proto', 'grpc/health/v1/health.proto', 'grpc/reflection/v1/reflection.proto');
const { orders: { v1: Orders }, shipping: { v1: Shipping }, execution: { v1: Execution }, identity: { v1: Identity } } = protos.doseline;

let platform, desk, other, auditor, stranger;
const clients = [];
const open = (Service, token, seconds) => {
    clients.push(client(Service, platform.address, token, seconds));
    return clients.at(-1);
};

before(async () => {
    platform = await start();
    const steward = await platform.token('steward', 'master_data_steward');
    const [qa, planner] = [await platform.token('qa', 'qa'), await platform.token('planner', 'planner')];
    const [deskToken, otherToken, auditorToken] = [await platform.token('desk', 'supply_desk'), await platform.token('other', 'supply_desk'), await platform.token('auditor', 'auditor')];
    desk = open(Orders.OrdersService, deskToken);
    other = open(Orders.OrdersService, otherToken);
    auditor = open(Orders.OrdersService, auditorToken);
    stranger = open(Orders.OrdersService, 'not.a.token');
    await enter({
        products: open(Orders.ProductsService, steward), prices: open(Orders.PricesService, steward), customers: open(Orders.CustomersService, steward),
        recipes: open(Execution.RecipesService, steward), approvals: open(Execution.RecipesService, qa), signing: open(Identity.SigningService, qa), equipment: open(Execution.EquipmentService, steward),
        carriers: open(Shipping.CarriersService, steward), scheduler: open(Execution.SchedulerService, planner), orders: desk,
    });
}, { timeout: 300_000 });

after(async () => {
    for (const each of clients) each.close();
    await platform?.stop();
}, { timeout: 30_000 });

async function refused(call, code) {
    const error = await call.then(() => assert.fail('was not refused'), fault => fault);
    assert.equal(error.code, code, `${error.code} ${error.details}`);
    return error;
}

/** Reads a stream until the test says it has seen enough; the stream's own deadline bounds the wait. */
function read(stream, enough) {
    return new Promise((resolve, reject) => {
        const seen = [];
        stream.on('data', message => {
            seen.push(message);
            if (enough(message, seen)) {
                stream.cancel();
                resolve(seen);
            }
        });
        stream.on('error', reject);
        stream.on('end', () => resolve(seen));
    });
}

test('an order is accepted with its way backward and can be read again', limit, async () => {
    const { order } = await desk.PlaceOrder(orderOf());
    assert.equal(order.state, 'ORDER_STATE_ACCEPTED');
    assert.equal(order.version, '1');
    const kinds = order.promise.milestones.map(m => m.kind);
    for (const kind of ['MILESTONE_KIND_END_OF_SYNTHESIS', 'MILESTONE_KIND_SHIP', 'MILESTONE_KIND_DELIVERY', 'MILESTONE_KIND_ADMINISTRATION']) assert.ok(kinds.includes(kind), kind);
    const administration = order.promise.milestones.find(m => m.kind === 'MILESTONE_KIND_ADMINISTRATION').activity;
    assert.equal(administration.nuclide, 'Lu-177');
    assert.ok(Math.abs(administration.activity_bq / 7.4e9 - 1) < 1e-9);
    assert.deepEqual((await desk.GetOrder({ order_id: order.order_id })).order.promise, order.promise);
});

test('a watch tells of the order as it is and as it changes', limit, async () => {
    const { order } = await desk.PlaceOrder(orderOf());
    const changes = read(desk.WatchOrders({ site_id: site }, 30), m => m.order.order_id === order.order_id && m.order.state === 'ORDER_STATE_CANCELLED');
    await desk.CancelOrder({ request_id: randomUUID(), order_id: order.order_id, version: order.version, cause: 'CANCEL_CAUSE_MISTAKE', reason: 'ordered twice' });
    assert.ok((await changes).length >= 1);
});

test('the same request again gets the same answer, and another payload under its id is refused', limit, async () => {
    const request = orderOf();
    const first = await desk.PlaceOrder(request);
    assert.deepEqual(await desk.PlaceOrder(request), first);
    const error = await refused(desk.PlaceOrder({ ...request, external_reference: 'PO-2' }), status.FAILED_PRECONDITION);
    assert.equal(refusalsOf(error)[0].code, 'REQUEST_ID_REUSED');
});

test('a refused order names every reason with its field, and the standard details say the same', limit, async () => {
    const error = await refused(desk.PlaceOrder(orderOf({ product_code: '', patient_token: 'x' })), status.INVALID_ARGUMENT);
    const rich = richStatusOf(error);
    assert.equal(rich.code, error.code);
    assert.ok(rich.bytes < 4096);
    const reasons = refusalsOf(error);
    assert.ok(reasons.length >= 2, JSON.stringify(reasons));
    for (const reason of reasons) assert.match(reason.code, /^[A-Z][A-Z0-9_]{2,62}$/);
    assert.equal(rich.details['google.rpc.ErrorInfo'].domain, 'orders.doseline');
    const violations = rich.details['google.rpc.BadRequest'].field_violations;
    assert.deepEqual(violations.map(v => v.reason), reasons.filter(r => r.kind === 'INVALID').map(r => r.code));
});

test('an order that cannot be kept is refused with numbers', limit, async () => {
    const soon = { date_time: new Date(Date.now() + 2 * 3600_000).toISOString().slice(0, 16), zone: 'UTC' };
    const later = { date_time: new Date(Date.now() + 3 * 3600_000).toISOString().slice(0, 16), zone: 'UTC' };
    const error = await refused(desk.PlaceOrder(orderOf({ window_start: soon, window_end: later })), status.FAILED_PRECONDITION);
    const [reason] = refusalsOf(error);
    assert.equal(reason.kind, 'STATE');
    assert.ok(Object.keys(reason.numbers).length > 0);
    assert.ok(richStatusOf(error).details['google.rpc.PreconditionFailure'].violations.length > 0);
});

test('what nothing can hold is refused before anything happens', limit, async () => {
    const nul = await refused(desk.PlaceOrder(orderOf({ external_reference: 'PO\0' })), status.INVALID_ARGUMENT);
    assert.equal(refusalsOf(nul)[0].code, 'TEXT_MALFORMED');
    const time = await refused(desk.ListOrders({ from_time: { seconds: '9223372036854775807', nanos: 0 } }), status.INVALID_ARGUMENT);
    assert.equal(refusalsOf(time)[0].code, 'TIME_OUT_OF_RANGE');
});

test('a wrong token is not let in', limit, async () => {
    const error = await refused(stranger.PlaceOrder(orderOf()), status.UNAUTHENTICATED);
    assert.equal(refusalsOf(error)[0].code, 'TOKEN_INVALID');
});

test('a role that the policy does not name may not', limit, async () => {
    const error = await refused(auditor.PlaceOrder(orderOf()), status.PERMISSION_DENIED);
    assert.equal(refusalsOf(error)[0].code, 'ROLE_NOT_ALLOWED');
});

test('a deadline that passes ends the call', limit, async () => {
    await refused(desk.GetOrder({ order_id: 'x' }, -1), status.DEADLINE_EXCEEDED);
    const error = await read(desk.WatchOrders({ site_id: site }, 1), () => false).then(() => assert.fail('ended by itself'), fault => fault);
    assert.equal(error.code, status.DEADLINE_EXCEEDED);
});

test('a message over one mebibyte is refused', limit, async () => {
    for (const mebibytes of [1, 3]) await refused(desk.PlaceOrder(orderOf({ external_reference: 'x'.repeat(mebibytes * 1024 * 1024) })), status.RESOURCE_EXHAUSTED);
});

test('a page token continues the list of its caller and of nobody else', limit, async () => {
    await desk.PlaceOrder(orderOf());
    await desk.PlaceOrder(orderOf());
    const query = { site_id: site, page_size: 1 };
    const first = await desk.ListOrders(query);
    assert.equal(first.orders.length, 1);
    const second = await desk.ListOrders({ ...query, page_token: first.next_page_token });
    assert.notEqual(second.orders[0].order_id, first.orders[0].order_id);
    for (const [caller, asked] of [[other, query], [desk, { page_size: 1 }]]) {
        const error = await refused(caller.ListOrders({ ...asked, page_token: first.next_page_token }), status.INVALID_ARGUMENT);
        assert.equal(refusalsOf(error)[0].code, 'PAGE_TOKEN_INVALID');
    }
});

test('health is told without a token', limit, async () => {
    const health = open(protos.grpc.health.v1.Health);
    assert.equal((await health.Check({ service: '' })).status, 'SERVING');
    assert.equal((await health.Check({ service: 'doseline.orders.v1.OrdersService' })).status, 'SERVING');
    await refused(health.Check({ service: 'nothing' }), status.NOT_FOUND);
    const [now] = await read(health.Watch({ service: '' }), () => true);
    assert.equal(now.status, 'SERVING');
});

test('reflection lists the services and gives their files', limit, async () => {
    const stream = open(protos.grpc.reflection.v1.ServerReflection).ServerReflectionInfo();
    const answers = read(stream, (_, seen) => seen.length === 2);
    stream.write({ list_services: '' });
    stream.write({ file_containing_symbol: 'doseline.orders.v1.OrdersService' });
    const [list, file] = await answers;
    const names = list.list_services_response.service.map(s => s.name);
    assert.ok(names.includes('doseline.orders.v1.OrdersService') && names.includes('grpc.health.v1.Health'), names.join());
    assert.ok(file.file_descriptor_response.file_descriptor_proto.length > 1);
});

test('metrics are text for a scrape', limit, async () => {
    const text = await (await fetch(`${platform.probe}/metrics`)).text();
    assert.match(text, /^doseline_rpc_duration_seconds_count\{rpc_method="\/doseline\.orders\.v1\.OrdersService\/PlaceOrder",rpc_status="OK"\} \d+$/m);
});
