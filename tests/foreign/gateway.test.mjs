// The gateway as the official Connect clients, curl and grpc-js meet it, with descriptors made of the protos alone.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { createFileRegistry, fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { Code, ConnectError, createClient } from '@connectrpc/connect';
import * as forNode from '@connectrpc/connect-node';
import * as forWeb from '@connectrpc/connect-web';
import { enter, orderOf } from './market.mjs';
import { client, load, refusalsOf, repository, start } from './platform.mjs';

const limit = { timeout: 60_000 };
const protos = load(
    'doseline/inventory/v1/sites.proto', 'doseline/orders/v1/orders.proto', 'doseline/orders/v1/products.proto', 'doseline/orders/v1/prices.proto', 'doseline/orders/v1/customers.proto',
    'doseline/shipping/v1/carriers.proto', 'doseline/execution/v1/recipes.proto', 'doseline/execution/v1/equipment.proto', 'doseline/execution/v1/scheduler.proto', 'doseline/identity/v1/signing.proto');
const site = { siteId: 'door', name: 'Door', zone: 'Europe/Berlin' };

let platform, folder, registry, steward, auditor, partner, transports;

before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'doseline-gateway-'));
    const set = join(folder, 'protos.binpb');
    execFileSync(join(repository, 'tests', 'node_modules', '.bin', 'buf'), ['build', join(repository, 'protos'), '-o', set]);
    registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(set)));
    platform = await start();
    [steward, auditor] = [await platform.token('steward', 'master_data_steward'), await platform.token('auditor', 'auditor')];
    const { orders: { v1: Orders }, shipping: { v1: Shipping }, execution: { v1: Execution } } = protos.doseline;
    let qa, planner, desk;
    [qa, planner, desk, partner] = [await platform.token('qa', 'qa'), await platform.token('planner', 'planner'), await platform.token('desk', 'supply_desk'), await platform.token('clinic', 'partner')];
    const opened = [];
    const open = (Service, token) => (opened.push(client(Service, platform.address, token)), opened.at(-1));
    await enter({
        products: open(Orders.ProductsService, steward), prices: open(Orders.PricesService, steward), customers: open(Orders.CustomersService, steward),
        recipes: open(Execution.RecipesService, steward), approvals: open(Execution.RecipesService, qa), signing: open(protos.doseline.identity.v1.SigningService, qa), equipment: open(Execution.EquipmentService, steward),
        carriers: open(Shipping.CarriersService, steward), scheduler: open(Execution.SchedulerService, planner), orders: open(Orders.OrdersService, desk), partners: ['person:clinic'],
    });
    await open(Orders.OrdersService, desk).PlaceOrder(orderOf());
    for (const each of opened) each.close();
    const base = { baseUrl: platform.web };
    transports = {
        'connect-web, JSON': forWeb.createConnectTransport({ ...base, useBinaryFormat: false }),
        'connect-web, protobuf': forWeb.createConnectTransport({ ...base, useBinaryFormat: true }),
        'connect-node, JSON over HTTP/1.1': forNode.createConnectTransport({ ...base, httpVersion: '1.1', useBinaryFormat: false }),
        'connect-node, gzip': forNode.createConnectTransport({ ...base, httpVersion: '1.1', sendCompression: forNode.compressionGzip, compressMinBytes: 0 }),
        'connect-node, h2c': forNode.createConnectTransport({ baseUrl: `http://${platform.partner}`, httpVersion: '2' }),
        'gRPC of connect-node, h2c': forNode.createGrpcTransport({ baseUrl: `http://${platform.partner}` }),
    };
}, { timeout: 300_000 });

after(async () => {
    await platform?.stop();
    await rm(folder, { recursive: true, force: true });
}, { timeout: 30_000 });

const service = name => registry.getService(name);
const as = token => ({ headers: { authorization: `Bearer ${token}` } });

for (const name of [
    'connect-web, JSON', 'connect-web, protobuf', 'connect-node, JSON over HTTP/1.1', 'connect-node, gzip', 'connect-node, h2c', 'gRPC of connect-node, h2c',
]) {
    test(`${name}: calls, refusals with details, and a stream until its deadline`, limit, async () => {
        const transport = transports[name];
        const sites = createClient(service('doseline.inventory.v1.SitesService'), transport);
        const own = { ...site, siteId: `door-${randomUUID().slice(0, 8)}` };
        const put = await sites.putSite({ requestId: randomUUID(), reason: 'set up', site: own }, as(steward));
        assert.equal(put.site.version, 1n);
        assert.ok((await sites.listSites({ pageSize: 500 }, as(auditor))).sites.some(each => each.siteId === own.siteId));

        const fault = await sites.putSite({ requestId: randomUUID(), site: { siteId: '', name: '', zone: 'Nowhere/At_All' } }, as(steward)).then(() => assert.fail('was not refused'), ConnectError.from);
        assert.equal(fault.code, Code.InvalidArgument);
        const [refusals] = fault.findDetails(registry.getMessage('doseline.common.v1.Refusals'));
        assert.ok(refusals.reasons.length >= 2, JSON.stringify(refusals, (_, value) => typeof value === 'bigint' ? String(value) : value));
        assert.equal(fault.findDetails(registry.getMessage('google.rpc.BadRequest')).length, 1);

        await assert.rejects(sites.listSites({}), error => ConnectError.from(error).code === Code.Unauthenticated);

        const orders = createClient(service('doseline.orders.v1.OrdersService'), transport);
        const seen = [];
        // It tells of the order there is, then waits for changes until its time is over.
        const late = await (async () => {
            for await (const { order } of orders.watchOrders({}, { ...as(auditor), timeoutMs: 1500 })) seen.push(order.orderId);
        })().then(() => assert.fail('ended by itself'), ConnectError.from);
        assert.equal(late.code, Code.DeadlineExceeded, late.message);
        assert.ok(seen.length >= 1);
    });
}

test('curl calls with JSON and reads why it was refused', limit, async () => {
    const post = async (path, token, body) => {
        const { stdout } = await promisify(execFile)('curl', ['-s', '-w', '\n%{http_code}', '-H', 'Content-Type: application/json', '-H', `Authorization: Bearer ${token}`, '-d', body, `${platform.web}/${path}`]);
        const [text, status] = [stdout.slice(0, stdout.lastIndexOf('\n')), Number(stdout.slice(stdout.lastIndexOf('\n') + 1))];
        return { status, answer: JSON.parse(text) };
    };
    const listed = await post('doseline.inventory.v1.SitesService/ListSites', auditor, '{}');
    assert.equal(listed.status, 200);
    const refused = await post('doseline.inventory.v1.SitesService/PutSite', steward, '{"requestId":"1","sight":{}}');
    assert.equal(refused.status, 400);
    assert.equal(refused.answer.details.find(d => d.type === 'doseline.common.v1.Refusals').debug.reasons[0].subject, 'sight');
});

test('grpc-js calls by the partners\' port and reads every detail', limit, async () => {
    const sites = client(protos.doseline.inventory.v1.SitesService, platform.partner, auditor);
    assert.ok((await sites.ListSites({})).sites.length >= 1);
    const refused = await sites.PutSite({ request_id: randomUUID() }).then(() => assert.fail('was not refused'), error => error);
    assert.equal(refusalsOf(refused)[0].code, 'ROLE_NOT_ALLOWED');
    sites.close();
});

test('a partner finds out what was altered on its way, with nothing but Node.js [A126]', { timeout: 60_000 }, async () => {
    const [script] = [...readFileSync(join(repository, 'docs', 'partners.md'), 'utf8').matchAll(/^```js receipt\n(.*?)^```$/gms)].map(match => match[1]);
    const file = join(folder, 'receipt.mjs');
    await writeFile(file, script);
    // Somebody who stands between: passes on another question, or another answer, with the receipt that came.
    const alters = { 'nobody': x => x, 'the question': (asked, isAnswer) => isAnswer ? asked : asked.replace('5', '6'), 'the answer': (text, isAnswer) => isAnswer ? text.replace('ACCEPTED', 'CANCELLED') : text };
    for (const [what, change] of Object.entries(alters)) {
        const between = createServer(async (request, answer) => {
            let body = '';
            for await (const chunk of request) body += chunk;
            const { authorization, 'doseline-receipt': nonce } = request.headers;
            const response = await fetch(platform.web + request.url, { method: 'POST', body: change(body, false), headers: { authorization, 'content-type': 'application/json', 'doseline-receipt': nonce } });
            answer.writeHead(response.status, { 'content-type': 'application/json', 'doseline-receipt': response.headers.get('doseline-receipt') });
            answer.end(change(await response.text(), true));
        }).listen(0, '127.0.0.1');
        await once(between, 'listening');
        const env = { ...process.env, DOSELINE: `http://127.0.0.1:${between.address().port}`, RECEIPT_KEY: join(platform.keys, 'audit-seal-orders.pem'), TOKEN: partner };
        const { stdout } = await promisify(execFile)('node', [file], { env, timeout: 30_000 });
        between.close();
        assert.equal(stdout.trim(), what === 'nobody' ? 'as it was sent' : 'ALTERED ON ITS WAY', what);
    }
});

/** The blocks of one language on the partners' page, in their order; a block with a further word after its language is left to another test. */
const blocks = language => [...readFileSync(join(repository, 'docs', 'partners.md'), 'utf8').matchAll(new RegExp('^```' + language + '\\n(.*?)^```$', 'gms'))].map(match => match[1]);

test('the walk-through for partners goes as it is written [A228]', { timeout: 120_000 }, async () => {
    const env = { ...process.env, DOSELINE: platform.web, PARTNERS: platform.partner, PROTOS: join(repository, 'protos'), TOKEN: partner };
    const shell = blocks('sh');
    assert.equal(shell.length, 5);
    const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', shell.join('\n')], { env });
    assert.match(stdout, /ORDER_STATE_ACCEPTED/);
    assert.match(stdout, /FIELD_UNKNOWN/);
    assert.match(stdout, /SERIAL_UNKNOWN/);

    const [script] = blocks('js');
    // Beside the packages of the tests, so that their imports are found.
    const file = join(repository, 'tests', 'node_modules', `partner-${randomUUID()}.mjs`);
    await writeFile(file, script);
    try {
        const { stdout: followed } = await promisify(execFile)('node', [file], { env, timeout: 60_000 });
        assert.match(followed, /ORDER_STATE_ACCEPTED/);
    } finally {
        await rm(file);
    }
});
