// What is shown when the platform hangs, and when it is gone: nothing that could be old looks like what is.
import assert from 'node:assert/strict';
import { accessible, open, picture, stage, test } from './console.mjs';
import { administrator, operator, qa, radiationSafety, shipper, steward } from './people.mjs';

// A person looks up again after some seconds; by then nothing old may stand there.
const withdrawnWithinMs = 16_000;

/** What can be read on the screen, without its titles and what the page says of itself. */
const readable = (page) => page.evaluate(() => {
    const said = [...document.querySelectorAll('#screen .panel-body *, #screen .kpis *, #screen table *, #screen dl *, #screen svg *, dialog .dialog-body *')]
        .filter((each) => each.childElementCount === 0 && each.textContent.trim() !== '' && !each.closest('label, legend, option, select, h1, h2, .withdrawn, .refusals') && getComputedStyle(each).visibility === 'visible');
    return said.map((each) => each.textContent.trim());
});

const withdrawn = (page) => page.locator('.shell-bar .withdrawn').waitFor({ timeout: withdrawnWithinMs });

test('A platform that hangs is seen within seconds: figures are withdrawn with their age, what was typed stays, and all comes back by itself', async (context) => {
    if (!stage.platform.freeze) return void context.skip('needs a platform of its own');
    const page = await open(operator, '/');
    await page.locator('[data-live="live"]').waitFor();
    await page.waitForFunction(() => /^\d+$/.test(document.querySelector('[data-kpi="open"] .figure')?.textContent ?? ''));
    await page.locator('.board-find').fill('LU177');
    const frozen = Date.now();
    stage.platform.freeze();
    try {
        await page.locator('[data-live="quiet"], [data-live="broken"]').first().waitFor({ timeout: withdrawnWithinMs });
        await withdrawn(page);
        assert.ok(Date.now() - frozen < withdrawnWithinMs, `withdrawn after ${Date.now() - frozen} ms`);
        assert.deepEqual(await readable(page), []);
        assert.equal(await page.locator('.board-find').inputValue(), 'LU177');
        const age = () => page.locator('.shell-bar [data-age]').getAttribute('data-age').then(Number);
        const before = await age();
        assert.ok(before >= 9, `${before} s old`);
        await accessible(page, 'a board that is withdrawn');
        await picture(page, 'withdrawn');
        // Who has to know what stood there looks at it as what it is.
        await page.getByRole('button', { name: /^Show it as it was at/ }).click();
        assert.ok((await readable(page)).length > 0);
        await page.getByText('Decide nothing by it.').waitFor();
        await page.getByRole('button', { name: 'Withdraw it again' }).click();
        assert.deepEqual(await readable(page), []);
        // Its age grows, by the second.
        await page.waitForFunction((then) => Number(document.querySelector('.shell-bar [data-age]').getAttribute('data-age')) > then, before);
    } finally {
        stage.platform.thaw();
    }

    await page.locator('[data-live="live"]').waitFor({ timeout: 30_000 });
    assert.equal(await page.locator('.withdrawn').count(), 0);
    await page.waitForFunction(() => /^\d+$/.test(document.querySelector('[data-kpi="open"] .figure')?.textContent ?? ''));
    assert.ok((await readable(page)).length > 0);
    await page.done();
});

test('A platform that is gone: every screen withdraws what it showed, and none shows a nought in its place', async (context) => {
    if (!stage.platform.kill) return void context.skip('needs a platform of its own');
    const paths = {
        '/': operator, '/orders': qa, '/batches': operator, '/review': qa, '/possession': radiationSafety, '/labels': operator, '/shipping': shipper,
        '/waste': radiationSafety, '/people': administrator, '/trace': qa, '/master': steward, '/system': administrator,
    };
    // One after the other where somebody has to sign in first.
    for (const person of new Set(Object.values(paths))) await (await open(person, '/trace')).done();
    const shown = await Promise.all(Object.entries(paths).map(async ([path, person]) => [path, await open(person, path)]));
    for (const [, page] of shown) await page.locator('[data-live=live]').waitFor();
    const [, dialogPage] = shown[4];
    await dialogPage.getByRole('button', { name: 'Receive', exact: true }).first().click();
    await dialogPage.locator('dialog').getByLabel('Batch of the supplier').fill('LOT-BEFORE');
    await stage.platform.kill();
    await Promise.all(shown.map(async ([path, page]) => {
        await withdrawn(page);
        assert.equal(await page.locator('[data-live]').getAttribute('data-live'), 'broken', path);
        assert.deepEqual(await readable(page), [], `${path} shows what may be old`);
    }));
    assert.equal(await dialogPage.locator('dialog').getByLabel('Batch of the supplier').inputValue(), 'LOT-BEFORE', 'what was typed stays');
    await dialogPage.locator('dialog .withdrawn').waitFor();
    await picture(dialogPage, 'withdrawn-dialog');
    // Whoever goes on to another screen meets no figures there either.
    const [, page] = shown[0];
    await page.locator('.shell-rail').getByRole('link', { name: 'Waste' }).click();
    await page.locator('#screen h1', { hasText: 'The platform cannot be reached' }).waitFor();
    assert.deepEqual(await readable(page), []);
    // A script that could not be fetched is an error that the browser reports, and the page says so.
    await page.context().close();
    for (const [, each] of shown.slice(1)) await each.done();
});
