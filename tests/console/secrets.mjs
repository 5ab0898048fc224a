// Dialogs: the focus is where one types first, nothing behind them hears a key, and what may be a password reaches nothing but the signature.
import assert from 'node:assert/strict';
import { open, refusals, scan, separators, test } from './console.mjs';
import { operator, qa } from './people.mjs';
import { doseOf } from './quality.mjs';

// Wherever a page could keep or send what was typed.
const traces = (page) => page.evaluate(() => JSON.stringify([location.href, history.state, { ...localStorage }, { ...sessionStorage }, document.title, document.querySelector('#screen').innerText]));

test('A signature: the focus is in its first field, nothing behind it listens, and a password reaches neither addresses nor logs nor listeners', async () => {
    const dose = await doseOf('AC225-PSMA');
    const page = await open(qa, `/review/${dose.batchId}`);
    const [sent, logged] = [[], []];
    page.on('request', (request) => sent.push([request.url(), JSON.stringify(request.headers()), request.postDataBuffer()?.toString('latin1') ?? '']));
    page.on('console', (message) => logged.push(message.text()));
    const address = page.url();
    const secret = 'Xy7-lantern-under-the-stair';
    const release = page.getByRole('button', { name: 'Release', exact: true });

    // Whoever knows what comes types before the dialog is there, as fast as a security key does.
    await release.click();
    await page.keyboard.type(secret);
    await page.keyboard.press('Enter');
    const dialog = page.locator('dialog').filter({ has: page.getByLabel('Password') });
    await dialog.getByText('What your signature says').waitFor();
    const first = await page.waitForFunction(() => { const at = document.activeElement; return at?.matches('.dialog-body input') && at; });
    assert.ok(await first.evaluate((field) => field === document.querySelector('.dialog-body input')), 'the focus is in the first field');

    // And with the focus on nothing, letters, Enter and Tab, the separator of codes, and the console's own keys.
    for (const last of ['Enter', 'Tab']) {
        await page.evaluate(() => document.activeElement.blur());
        await page.keyboard.type(secret);
        await page.keyboard.press(last);
    }
    await page.evaluate(() => document.activeElement.blur());
    await scan(page, `${secret}\u001d${secret}`, separators.bracket);
    await page.evaluate(() => document.activeElement.blur());
    for (const key of ['g', 'o', '/', '?']) await page.keyboard.press(key);
    assert.equal(page.url(), address);
    assert.equal(await page.evaluate(() => document.activeElement.id), '', 'the scan box is not reached');

    const name = dialog.getByLabel('Login name');
    if (await name.count() > 0) await name.fill(qa.login);
    await dialog.getByLabel('Password').fill(secret);
    await dialog.getByRole('button', { name: 'Sign', exact: true }).click();
    await refusals(page);
    assert.equal(await dialog.getByLabel('Password').inputValue(), '');
    await dialog.getByRole('button', { name: 'Back' }).click();

    assert.doesNotMatch(await traces(page), new RegExp(secret));
    assert.deepEqual(logged.filter((text) => text.includes(secret)), []);
    assert.deepEqual(sent.filter(([url, headers]) => url.includes(secret) || headers.includes(secret)), []);
    assert.deepEqual([...new Set(sent.filter(([, , body]) => body.includes(secret)).map(([url]) => new URL(url).pathname))], ['/doseline.identity.v1.SigningService/Sign'], 'a password is sent to be checked, and nowhere else');
    await page.done();
});

test('A scan that nobody waits for is looked up without an address: what was typed into the wrong place is in no history', async () => {
    const page = await open(operator, '/');
    const sent = [];
    page.on('request', (request) => sent.push(request.url() + (request.postDataBuffer()?.toString('latin1') ?? '')));
    const typed = 'Zq9-password-at-no-field';
    // As fast as a scanner; a machine under load may be slower than one, and then nothing is heard.
    const unknown = page.getByText('Nothing here has the number that was scanned.');
    for (let tries = 0; tries < 10 && await unknown.count() === 0; tries++) {
        await page.evaluate(() => document.activeElement?.blur());
        await scan(page, typed, separators.lost);
        await unknown.waitFor({ timeout: 4_000 }).catch(() => {});
    }
    assert.match(page.url(), /\/trace$/);
    assert.doesNotMatch(await traces(page), new RegExp(typed));
    assert.deepEqual(sent.filter((each) => each.includes(typed)), []);

    // Behind a dialog a scan is nobody's.
    await page.goto(new URL('/possession', page.url()).href);
    await page.getByRole('button', { name: 'Receive', exact: true }).first().click();
    await page.locator('dialog').evaluate((dialog) => dialog.focus());
    await scan(page, 'LOT-OF-ANOTHER', separators.lost);
    assert.match(page.url(), /\/possession$/);
    assert.equal(await page.locator('dialog').count(), 1);
    await page.done();
});
