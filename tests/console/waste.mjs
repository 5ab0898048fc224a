// Waste: a container is opened with the rules of the licence, filled, closed, and cannot leave before its time.
import assert from 'node:assert/strict';
import { accessible, open, picture, refusals, said, sign, test } from './console.mjs';
import { radiationSafety } from './people.mjs';

test('A container is opened, filled and closed; its clock runs, and it cannot be disposed of before', async () => {
    const page = await open(radiationSafety, '/waste', { height: 1000 });
    await page.getByRole('button', { name: 'Open container' }).click();
    const dialog = page.locator('dialog');
    await dialog.getByLabel('Label on it').fill('bos-test-1');
    await dialog.getByRole('button', { name: 'Open container' }).click();
    assert.ok((await refusals(page)).length > 0, 'decay in storage without a licence condition is refused');
    await accessible(page, 'a container that is refused');
    await dialog.getByLabel('Licence condition').fill('Condition 23');
    await dialog.getByLabel('Above background').fill('20');
    await dialog.getByRole('button', { name: 'Open container' }).click();
    await said(page, 'Opened.');
    await page.getByRole('button', { name: 'bos-test-1' }).waitFor();
    await page.getByLabel('Put into').selectOption({ label: 'bos-test-1' });
    const lutetium = page.getByRole('row').filter({ hasText: 'Lu-177' }).filter({ hasNotText: 'Lu-177m' });
    await lutetium.first().getByRole('button', { name: 'Put in' }).click();
    await said(page, 'Put in.');
    await accessible(page, 'waste');
    await picture(page, 'waste');
    await page.getByRole('button', { name: 'bos-test-1' }).click();
    // It cannot be taken back, so it is asked about.
    await page.getByRole('button', { name: 'Close', exact: true }).click();
    await dialog.getByText('a closed container is not opened again').waitFor();
    await accessible(page, 'closing a container');
    await dialog.getByRole('button', { name: 'Back' }).click();
    await page.getByText('open', { exact: true }).first().waitFor();
    await page.getByRole('button', { name: 'Close', exact: true }).click();
    await dialog.getByRole('button', { name: 'Close for good' }).click();
    await said(page, 'Its clock runs');
    await page.getByText(/It may be surveyed from/).waitFor();
    await page.getByRole('button', { name: 'Dispose of' }).click();
    await dialog.getByLabel(/labels are removed/).check();
    await dialog.getByLabel('Reason').fill('too early');
    await dialog.getByRole('button', { name: 'Dispose of' }).click();
    await sign(page, radiationSafety);
    assert.ok((await refusals(page)).length > 0);
    await accessible(page, 'a disposal that is refused');
    await dialog.getByRole('button', { name: 'Back' }).click();
    await picture(page, 'waste-container');
    await page.done();
});
