// The order desk: place with the promise in sight, move, cancel, follow.
import assert from 'node:assert/strict';
import { accessible, call, open, picture, refusals, said, test } from './console.mjs';
import { id } from './platform.mjs';
import { operator, planner, supplyDesk } from './people.mjs';

// A run of tomorrow, so that there is something to promise.
async function runOfTomorrow() {
    const { equipment } = await call(planner, 'execution.v1.EquipmentService/ListEquipment', { siteId: 'bos', equipmentClass: 'EQUIPMENT_CLASS_HOT_CELL', pageSize: 100 });
    await call(planner, 'execution.v1.SchedulerService/PlanRun', {
        requestId: 'console-orders-run', siteId: 'bos', productCode: 'LU177-PSMA', recipeCode: 'LU177-PSMA', hotCellId: equipment.find((each) => each.code === 'bos-hc-2').equipmentId,
        startTime: '2026-11-24T12:00:00Z', doseCapacity: 12, yield: { nuclide: 'Lu-177', activityBq: 200e9, referenceTime: '2026-11-24T13:15:00Z' },
    });
}

async function ask(page, customer, start) {
    await page.getByLabel('Product', { exact: true }).selectOption('LU177-PSMA');
    await page.getByLabel('Customer', { exact: true }).selectOption(customer);
    await page.getByLabel('Appointment from').fill(start);
}

test('An order is placed with its promise drawn as one types, then moved and cancelled', async () => {
    await runOfTomorrow();
    const page = await open(supplyDesk, '/orders/new');
    await ask(page, 'BOS-GEN', '2026-11-25T10:00');
    await page.getByText('Can be promised', { exact: true }).waitFor();
    await page.locator('.promise-point').nth(3).waitFor();
    const points = await page.getByRole('table').getByRole('row').allInnerTexts();
    assert.ok(points.some((row) => /End of synthesis.*Tue 24 Nov 08:15/s.test(row)), points.join('\n'));
    await accessible(page, 'placing an order');
    await picture(page, 'order-place');

    await page.getByLabel('Patient token').fill('console-test-1');
    await page.getByLabel('Customer reference').fill('CONSOLE-1');
    await page.getByRole('button', { name: 'Place order' }).click();
    await said(page, 'accepted');
    await page.getByRole('heading', { name: 'LU177-PSMA for BOS-GEN' }).waitFor();
    await accessible(page, 'an order');
    await picture(page, 'order');

    await page.getByRole('button', { name: 'Reschedule' }).click();
    await page.locator('dialog').getByLabel('Appointment from').fill('2026-11-25T11:00');
    await page.locator('dialog').getByLabel('Appointment until').fill('2026-11-25T13:00');
    await page.locator('dialog').getByRole('button', { name: 'Reschedule' }).click();
    await page.getByText('Say why.').waitFor();
    await page.locator('dialog').getByLabel('Reason').fill('clinic asked for a later hour');
    await page.locator('dialog').getByRole('button', { name: 'Reschedule' }).click();
    await said(page, 'Moved');
    await page.getByText('2026-11-25 11:00 EST').first().waitFor();

    await page.getByRole('button', { name: 'Cancel order' }).click();
    await page.locator('dialog').getByLabel('Why').selectOption('3');
    await page.locator('dialog').getByRole('button', { name: 'Cancel this order' }).click();
    await said(page, 'Cancelled');
    await page.locator('.screen .badge', { hasText: 'cancelled' }).first().waitFor();
    await page.done();
});

test('What cannot be promised is refused with every binding constraint, and the nearest alternative is one press away', async () => {
    await runOfTomorrow();
    const page = await open(supplyDesk, '/orders/new');
    await ask(page, 'BOS-GEN', '2026-11-24T09:00');
    await page.getByText('Cannot be promised', { exact: true }).first().waitFor();
    assert.ok((await refusals(page)).length >= 1);
    await accessible(page, 'a refused promise');
    await picture(page, 'order-refused');
    await page.getByRole('button', { name: /^Take / }).first().click();
    await page.getByText('Can be promised', { exact: true }).waitFor();

    await page.getByLabel('Customer', { exact: true }).selectOption('MIA-COR');
    await page.locator('[data-code="LICENCE_EXPIRED"]').waitFor();
    await page.done();
});

test('An order that somebody changed meanwhile is not overwritten', async () => {
    await runOfTomorrow();
    const { order } = await call(supplyDesk, 'orders.v1.OrdersService/PlaceOrder', {
        requestId: id(), productCode: 'LU177-PSMA', customerCode: 'NYC-UNI', siteId: 'bos', wanted: { productStandard: true }, patientToken: 'console-test-2',
        windowStart: { dateTime: '2026-11-25T10:00', zone: 'America/New_York' }, windowEnd: { dateTime: '2026-11-25T12:00', zone: 'America/New_York' },
    });
    const page = await open(supplyDesk, `/orders/${order.orderId}`);
    await page.getByRole('button', { name: 'Cancel order' }).click();
    // From here on the page reads nothing new, as when the network is slow.
    await page.route('**/GetOrder', (route) => route.abort());
    await call(supplyDesk, 'orders.v1.OrdersService/RescheduleOrder', {
        requestId: id(), orderId: order.orderId, version: order.version, reason: 'moved by another desk',
        windowStart: { dateTime: '2026-11-25T12:00', zone: 'America/New_York' }, windowEnd: { dateTime: '2026-11-25T14:00', zone: 'America/New_York' },
    });
    await page.locator('dialog').getByLabel('Why').selectOption('5');
    await page.locator('dialog').getByRole('button', { name: 'Cancel this order' }).click();
    await page.locator('[data-code="VERSION_STALE"]').waitFor();
    await page.unroute('**/GetOrder');
    await page.getByText('Somebody changed this order').waitFor();
    await page.done();
});

test('Of an hour that comes twice it is asked which is meant, and one that does not occur is said so, before anything is sent [A062]', async () => {
    const page = await open(supplyDesk, '/orders/new');
    const asked = [];
    page.on('request', (request) => { if (request.url().endsWith('/PreviewPromise')) asked.push(request.postData() ?? ''); });
    await ask(page, 'BOS-GEN', '2027-03-14T02:30');
    await page.getByText('does not occur', { exact: false }).first().waitFor();
    await page.getByLabel('Appointment from').fill('2027-11-07T01:30');
    await page.getByText('comes twice', { exact: false }).first().waitFor();
    await accessible(page, 'an hour that comes twice');
    await page.getByLabel('Appointment until').fill('2027-11-07T04:00');
    // Until it is said the server refuses it, and names both.
    assert.ok((await refusals(page)).includes('LOCAL_TIME_AMBIGUOUS'));
    await page.getByText('the second 01:30, EST (UTC-05:00)').click();
    await page.locator('.refusals li[data-code="LOCAL_TIME_AMBIGUOUS"]').waitFor({ state: 'detached' });
    await page.getByText('comes twice', { exact: false }).waitFor({ state: 'detached' });
    await page.done();
});

test('Who may not place orders sees the button and who may', async () => {
    const page = await open(operator, '/orders/new');
    const button = page.getByRole('button', { name: 'Place order' });
    await button.waitFor();
    assert.equal(await button.getAttribute('aria-disabled'), 'true');
    assert.match(await button.getAttribute('title'), /supply desk/);
    await page.done();
});

test('Orders are listed, filtered and opened with the keyboard', async () => {
    const page = await open(supplyDesk, '/orders');
    await page.locator('tbody tr').nth(5).waitFor();
    await accessible(page, 'the list of orders');
    await picture(page, 'orders');
    await page.getByLabel('State', { exact: true }).selectOption({ label: 'dispensed' });
    await page.locator('tbody tr').first().getByText('dispensed').waitFor();
    await page.locator('tbody button').first().focus();
    await page.keyboard.press('Enter');
    await page.waitForURL('**/orders/*');
    await page.done();
});
