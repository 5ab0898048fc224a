// Possession: headroom now and ahead, a receipt that licence and room refuse with the rooms that would take it, and a move.
import assert from 'node:assert/strict';
import { accessible, open, picture, refusals, said, test } from './console.mjs';
import { auditor, radiationSafety } from './people.mjs';

test('Possession shows every licence line with waste, and a refused receipt offers the rooms that would take it [A036]', async () => {
    const page = await open(radiationSafety, '/possession', { height: 1000 });
    await page.getByRole('meter', { name: /Lu-177: .* of 1,000 GBq/ }).waitFor();
    await page.getByRole('button', { name: /Isotope store 1/ }).waitFor();
    await accessible(page, 'possession');
    await picture(page, 'possession');

    await page.getByRole('button', { name: 'Receive', exact: true }).click();
    const dialog = page.locator('dialog');
    await dialog.getByLabel('Material').selectOption('LU177-NCA');
    await dialog.getByLabel('Supplier', { exact: true }).selectOption('ITX');
    await dialog.getByLabel('Batch of the supplier').fill('LU-TEST-1');
    await dialog.getByLabel('Room').selectOption('bos-hc-1');
    await dialog.getByLabel('Made by').selectOption('2');
    await dialog.getByLabel('Activity', { exact: true }).fill('200');
    await dialog.getByText('Would be refused').waitFor();
    assert.deepEqual(await refusals(page), ['ROOM_LIMIT_EXCEEDED']);
    await accessible(page, 'a receipt that would be refused');
    await picture(page, 'possession-refused');
    // The gate itself says the same when it is tried all the same.
    await dialog.getByRole('button', { name: 'Receive', exact: true }).click();
    await dialog.getByRole('heading', { name: 'Refused', exact: true }).waitFor();
    assert.deepEqual(await refusals(page), ['ROOM_LIMIT_EXCEEDED']);
    await dialog.getByRole('button', { name: 'Take Receiving dock' }).click();
    await dialog.getByText('Would be taken').waitFor();
    await dialog.getByRole('button', { name: 'Receive', exact: true }).click();
    await said(page, 'Received.');

    await page.getByRole('button', { name: /Receiving dock/ }).click();
    await page.getByRole('heading', { name: 'Held now: Receiving dock' }).waitFor();
    await page.getByRole('button', { name: 'Move', exact: true }).click();
    await dialog.getByLabel('To').selectOption('bos-hc-1');
    await dialog.getByRole('button', { name: 'Move', exact: true }).click();
    assert.deepEqual(await refusals(page), ['ROOM_LIMIT_EXCEEDED']);
    await dialog.getByRole('button', { name: 'Take Packing room' }).click();
    await dialog.getByRole('button', { name: 'Move', exact: true }).click();
    await said(page, 'Moved.');
    await page.done();
});

test('Whoever may only look sees possession and is told which role receives', async () => {
    const page = await open(auditor, '/possession', { theme: 'dark' });
    const receive = page.getByRole('button', { name: 'Receive', exact: true });
    await receive.waitFor();
    assert.equal(await receive.getAttribute('aria-disabled'), 'true');
    assert.match(await receive.getAttribute('title'), /radiation safety/);
    await page.getByRole('meter', { name: /Lu-177: / }).waitFor();
    await accessible(page, 'possession in the dark');
    await page.done();
});
