// What the first load weighs, and how soon the board is usable and shows a change when the day is large.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { accessible, call, open, test } from './console.mjs';
import { sql } from './database.mjs';
import { consoleFolder, id } from './platform.mjs';
import { operator, planner, supplyDesk } from './people.mjs';

const scriptBytesMax = 300_000;
const orders = 2_000;
const usableMillisecondsMax = 2_000;
const updateMillisecondsMax = 2_000;

test('The first load of the board is less than 300 kB of compressed script', async () => {
    const page = await open(operator, '/');
    await page.locator('.board-row').nth(2).waitFor();
    const scripts = await page.evaluate(() => performance.getEntriesByType('resource').filter((each) => each.name.endsWith('.js')).map((each) => new URL(each.name).pathname));
    assert.ok(scripts.length > 0);
    let bytes = 0;
    for (const script of scripts) bytes += gzipSync(await readFile(join(consoleFolder, 'dist', script))).length;
    assert.ok(bytes < scriptBytesMax, `${bytes} bytes`);
    await page.done();
});

const place = (n) => call(supplyDesk, 'orders.v1.OrdersService/PlaceOrder', {
    requestId: id(), productCode: 'LU177-PSMA', customerCode: 'AMS-ZUI', siteId: 'lei', wanted: { productStandard: true }, patientToken: `many-orders-${n}`,
    windowStart: { dateTime: '2026-11-27T10:00', zone: 'Europe/Amsterdam' }, windowEnd: { dateTime: '2026-11-27T12:00', zone: 'Europe/Amsterdam' },
});

test('The board with two thousand orders is usable and shows a change within two seconds [A044]', async (context) => {
    const { equipment } = await call(planner, 'execution.v1.EquipmentService/ListEquipment', { siteId: 'lei', equipmentClass: 'EQUIPMENT_CLASS_HOT_CELL', pageSize: 100 });
    await call(planner, 'execution.v1.SchedulerService/PlanRun', {
        requestId: 'console-sizes-run', siteId: 'lei', productCode: 'LU177-PSMA', recipeCode: 'LU177-PSMA', hotCellId: equipment[0].equipmentId, startTime: '2026-11-26T05:00:00Z', doseCapacity: 50,
        yield: { nuclide: 'Lu-177', activityBq: 1e12, referenceTime: '2026-11-26T06:15:00Z' },
    });
    const { order } = await place(0);
    await repeat(order.orderId, orders);
    const page = await open(operator, '/', { siteId: 'lei' });
    const openOrders = () => page.locator('[data-kpi="open"] .figure').innerText().then(Number);
    const more = (n) => page.waitForFunction((least) => Number(document.querySelector('[data-kpi="open"] .figure')?.textContent) >= least, n, { polling: 20 });
    // Usable: the rows are there, the figures are right, and what is typed filters at once. The best of three, for other work on the machine is not the board's.
    const usable = await bestOf(3, async () => {
        await page.reload({ waitUntil: 'commit' });
        await more(orders);
        await page.locator('.board-find').fill('no such thing');
        await page.getByText('No orders match').waitFor();
    });
    await page.locator('.board-find').fill('');
    const update = await bestOf(3, async () => {
        const shown = await openOrders();
        const answer = place(`later-${shown}`);
        await Promise.all([answer, more(shown + 1)]);
    });
    context.diagnostic(`with ${orders} orders the board was usable after ${usable} ms, and an order placed stood on it after ${update} ms`);
    assert.ok(Math.min(...usable) < usableMillisecondsMax, `usable after ${usable} ms`);
    assert.ok(Math.min(...update) < updateMillisecondsMax, `updated after ${update} ms`);
    await accessible(page, 'a board with many orders');
    await page.done();
});

// As many orders as that one, written down as it is: placing them all would take longer than the other tests together.
async function repeat(orderId, times) {
    const columns = (await sql('orders', 'PRAGMA table_info(orders)')).map((each) => each.name);
    const own = { id: "printf('many-orders-%015d', i)", dose_id: "printf('many-doses-%016d', i)" };
    await sql('orders', `INSERT INTO orders (${columns}) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${times})
        SELECT ${columns.map((each) => own[each] ?? each)} FROM orders, n WHERE id = '${orderId}'`);
}

async function bestOf(times, act) {
    const took = [];
    for (let i = 0; i < times; i++) {
        const begun = performance.now();
        await act();
        took.push(Math.round(performance.now() - begun));
    }
    return took;
}
