// What the first load weighs, and how soon the board is usable when the day is large.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { call, open, test } from './console.mjs';
import { consoleFolder, id } from './platform.mjs';
import { operator, planner, supplyDesk } from './people.mjs';

const scriptBytesMax = 300_000;
const usableMillisecondsMax = 2_000;
const orders = 2_000;

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

test(`The board is usable within two seconds with ${orders} orders`, async () => {
    const { equipment } = await call(planner, 'execution.v1.EquipmentService/ListEquipment', { siteId: 'lei', equipmentClass: 'EQUIPMENT_CLASS_HOT_CELL', pageSize: 100 });
    await call(planner, 'execution.v1.SchedulerService/PlanRun', {
        requestId: id(), siteId: 'lei', productCode: 'LU177-PSMA', recipeCode: 'LU177-PSMA', hotCellId: equipment[0].equipmentId, startTime: '2026-11-26T05:00:00Z', doseCapacity: 5000,
        yield: { nuclide: 'Lu-177', activityBq: 5e13, referenceTime: '2026-11-26T06:15:00Z' },
    });
    let placed = 0;
    const desk = async () => {
        while (placed < orders) {
            const n = placed++;
            await call(supplyDesk, 'orders.v1.OrdersService/PlaceOrder', {
                requestId: id(), productCode: 'LU177-PSMA', customerCode: 'AMS-ZUI', siteId: 'lei', wanted: { productStandard: true }, patientToken: `many-orders-${n}`,
                windowStart: { dateTime: '2026-11-27T10:00', zone: 'Europe/Amsterdam' }, windowEnd: { dateTime: '2026-11-27T12:00', zone: 'Europe/Amsterdam' },
            });
        }
    };
    await Promise.all(Array.from({ length: 8 }, desk));
    const page = await open(operator, '/', { siteId: 'lei' });
    await page.locator('.board-row').nth(5).waitFor();
    // Usable: the rows are there, the figures are right, and what is typed filters at once. The best of three, for other work on the machine is not the board's.
    const took = [];
    for (let i = 0; i < 3; i++) {
        const begun = performance.now();
        await page.reload();
        await page.waitForFunction((n) => Number(document.querySelector('[data-kpi="open"] .figure')?.textContent) >= n, orders, { polling: 20 });
        await page.locator('.board-find').fill('no such thing');
        await page.getByText('No orders match').waitFor();
        took.push(Math.round(performance.now() - begun));
    }
    assert.ok(Math.min(...took) < usableMillisecondsMax, `it took ${took.join(', ')} ms`);
    await page.done();
});
