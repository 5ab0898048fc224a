// The day board: what is due, what is in danger, what the hot cells do, all live.
import assert from 'node:assert/strict';
import { accessible, call, open, picture, refusals, said, test } from './console.mjs';
import { id } from './platform.mjs';
import { operator, planner, qa, supplyDesk } from './people.mjs';

const rowCount = (page) => page.locator('.board-rows').getAttribute('aria-rowcount').then((text) => Number(text) - 1);
// There is no figure before everything came.
const kpi = async (page, name) => {
    const figure = page.locator(`[data-kpi="${name}"] .figure`);
    await page.waitForFunction((which) => !['', '…'].includes(document.querySelector(`[data-kpi="${which}"] .figure`)?.textContent ?? ''), name);
    return figure.innerText();
};

test('The board shows orders by appointment with countdowns, cut-offs, risks, holds and hot cells [A044]', async () => {
    const page = await open(operator, '/');
    await page.locator('.board-row.live, .board-row').nth(3).waitFor();
    const { orders } = await call(operator, 'orders.v1.OrdersService/ListOrders', { siteId: 'bos', pageSize: 500 });
    const openOnes = orders.filter((order) => !['ORDER_STATE_INVOICED', 'ORDER_STATE_CANCELLED', 'ORDER_STATE_LOST'].includes(order.state));
    await page.waitForFunction((n) => document.querySelector('[data-kpi="open"] .figure')?.textContent === String(n), openOnes.length);
    assert.equal(await rowCount(page), openOnes.length);
    assert.match(await kpi(page, 'cutoff'), /\d+ h \d\d min|\d+ min/);
    assert.equal(await kpi(page, 'cells'), '3');
    const starts = await page.locator('.board-row [role="cell"] a strong').allInnerTexts();
    assert.ok(starts.length > 5, 'rows are shown');
    assert.equal(await page.locator('.drawing .run').count(), 6, 'six runs stand in the hot cells');
    await accessible(page, 'the board');
    await picture(page, 'board');
    await page.done();
});

test('The board in the dark and on a tablet stays readable', async () => {
    const page = await open(operator, '/', { theme: 'dark', width: 1024, height: 768 });
    await page.locator('.board-row').nth(2).waitFor();
    await accessible(page, 'the board in the dark');
    await picture(page, 'board-dark-tablet');
    await page.done();
});

test('A dose put on hold is on the board within two seconds of the fact [A044]', async (context) => {
    const page = await open(operator, '/');
    await page.locator('.board-row').nth(2).waitFor();
    const before = Number(await kpi(page, 'holds'));
    const { dispositions } = await call(qa, 'quality.v1.DispositionService/ListDispositions', { siteId: 'bos', state: 'DISPOSITION_PENDING', pageSize: 500 });
    const dose = dispositions.find((each) => each.productCode === 'LU177-PSMA');
    const deviation = await call(qa, 'quality.v1.DeviationsService/OpenDeviation', { requestId: id(), batchId: dose.batchId, doseId: dose.doseId, code: 'BOARD_TEST', summary: 'put on hold to see it on the board' });
    const asked = performance.now();
    await page.waitForFunction((n) => Number(document.querySelector('[data-kpi="holds"] .figure')?.textContent) > n, before, { polling: 20, timeout: 5000 });
    const lag = performance.now() - asked;
    context.diagnostic(`the hold stood on the board ${Math.round(lag)} ms after it was made; aimed at are 2000 ms`);
    // A machine that does other work too is given twice the time.
    assert.ok(lag <= 4000, `it took ${lag} ms`);
    await page.getByRole('button', { name: /On hold/ }).click();
    assert.equal(await rowCount(page), before + 1);
    assert.ok(deviation.deviation.deviationId);
    await page.done();
});

test('Units are switched and the site time zone is always shown [A075]', async () => {
    const page = await open(operator, '/');
    await page.locator('.board-row').nth(2).waitFor();
    // What was not made yet has no activity.
    const planned = page.locator('.board-row', { hasText: 'in production' }).first();
    await planned.waitFor();
    assert.doesNotMatch(await planned.locator('.number').first().innerText(), /Bq|Ci/);
    await page.locator('.board-find').fill('LU177-DOTA');
    await page.waitForFunction(() => [...document.querySelectorAll('.board-scroll .board-row')].every((row) => row.textContent.includes('LU177-DOTA')));
    const figure = page.locator('.board-row [role="cell"].number .figure').first();
    await page.waitForFunction(() => /GBq/.test(document.querySelector('.board-row [role="cell"].number .figure')?.textContent ?? ''));
    const gbq = parseFloat((await figure.innerText()).replaceAll(',', ''));
    await page.getByText('mCi', { exact: true }).click();
    await page.waitForFunction(() => /mCi/.test(document.querySelector('.board-row [role="cell"].number .figure')?.textContent ?? ''));
    const mci = parseFloat((await figure.innerText()).replaceAll(',', ''));
    assert.ok(Math.abs(mci * 0.037 - gbq) < 0.01, `${mci} mCi is ${gbq} GBq`);
    assert.match(await page.locator('.shell-clock').innerText(), /EST[\s\S]*UTC[\s\S]*America\/New_York/);
    await page.locator('#site').selectOption('lei');
    await page.waitForFunction(() => /Europe\/Amsterdam/.test(document.querySelector('.shell-clock')?.textContent ?? ''));
    await page.done();
});

test('A planner plans a run from the board; a run that cannot be is refused with every reason', async () => {
    const page = await open(planner, '/');
    await page.locator('.drawing .run').nth(5).waitFor();
    const fill = async (start, yieldGbq) => {
        await page.getByLabel('Product', { exact: true }).selectOption('LU177-PSMA');
        await page.getByLabel('Hot cell', { exact: true }).selectOption({ label: 'bos-hc-1' });
        await page.getByLabel('Synthesis starts').fill(start);
        await page.getByLabel('Room for doses').fill('20');
        await page.getByLabel('Activity it yields at end of synthesis', { exact: true }).fill(yieldGbq);
    };
    await page.getByRole('button', { name: 'Plan a run' }).click();
    await fill('2026-11-23T11:00', '');
    await page.locator('dialog').getByRole('button', { name: 'Plan a run' }).click();
    assert.ok((await refusals(page)).length >= 1);
    await fill('2026-11-24T06:00', '300');
    await page.locator('dialog').getByRole('button', { name: 'Plan a run' }).click();
    await said(page, 'Planned.');
    await page.locator('.drawing .run.planned').first().waitFor();
    await page.done();
});

test('The keyboard goes everywhere: a scan to its story, g and a letter to a screen', async () => {
    const page = await open(supplyDesk, '/');
    await page.keyboard.press('g');
    await page.keyboard.press('o');
    await page.waitForURL('**/orders');
    await page.keyboard.press('/');
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'scan');
    await page.keyboard.type('R001');
    await page.keyboard.press('Enter');
    // What was typed is in no address; what it belongs to has one.
    await page.waitForURL(/\/trace(\/[0-9a-z*~$=]{27})?$/);
    await page.done();
});

test('Help, theme and density are at hand, remembered on the workstation, and left with Escape; what one works with stands first', async () => {
    const page = await open(supplyDesk, '/orders', { width: 844, height: 390 });
    await page.locator('h1', { hasText: 'Order desk' }).waitFor();
    await page.evaluate(() => document.activeElement?.blur());
    await page.keyboard.press('?');
    const help = page.locator('dialog');
    await help.getByText('The promise is worked out while you type.').waitFor();
    await accessible(page, 'help on a phone sideways');
    await page.keyboard.press('Escape');
    assert.equal(await help.count(), 0);
    const names = await page.locator('.shell-rail li').allInnerTexts();
    assert.ok(names.findIndex((each) => each.includes('Order desk')) < names.findIndex((each) => each.includes('Batches')), names.join());
    const menu = page.locator('summary', { hasText: supplyDesk.name });
    await menu.click();
    await page.getByLabel('Room on the screen').selectOption('dense');
    await page.getByLabel('Light or dark').selectOption('dark');
    await accessible(page, 'the menu, dense and dark');
    await page.keyboard.press('Escape');
    assert.equal(await page.locator('details.menu[open]').count(), 0);
    assert.ok(await menu.evaluate((element) => element === document.activeElement));
    assert.deepEqual(await page.evaluate(() => ({ ...document.documentElement.dataset })), { theme: 'dark', density: 'dense' });
    const { theme, density } = JSON.parse(await page.evaluate(() => localStorage.getItem('doseline.settings')));
    assert.deepEqual([theme, density], ['dark', 'dense']);
    await page.done();
});
