// Shipping: pack, survey, what the package is by the rules, papers, hand-over, delivery; and everything that stands against leaving.
import assert from 'node:assert/strict';
import { accessible, call, instrument, open, picture, refusals, said, sign, test } from './console.mjs';
import { auditor, qa, shipper } from './people.mjs';
import { released } from './quality.mjs';

async function pack(page, product) {
    const row = page.getByRole('row').filter({ hasText: product }).filter({ has: page.getByRole('button', { name: 'Pack' }) }).first();
    await row.getByRole('button', { name: 'Pack' }).click();
    const dialog = page.locator('dialog');
    await dialog.getByLabel('Chemical form').waitFor();
    await accessible(page, 'packing');
    await dialog.getByRole('button', { name: 'Pack' }).click();
    await said(page, 'Packed.');
}

async function survey(page, seal) {
    await page.getByLabel('Highest on the surface').fill('80');
    await page.getByLabel('Highest at 1 m').fill('1.5');
    await instrument(page, 'Survey meter', 'bos-survey-1');
    await page.getByLabel('Seal').fill(seal);
    await page.getByLabel('Beta, gamma: net count rate').fill('12');
    await page.getByLabel('Alpha: net count rate').fill('1');
}

test('A dose is packed and surveyed, the rules say what the package is, and it cannot leave before QA released it', async () => {
    const page = await open(shipper, '/shipping', { height: 1000 });
    await page.getByRole('row').filter({ hasText: 'LU177-DOTA' }).first().waitFor();
    await accessible(page, 'the list of packages');
    await pack(page, 'LU177-DOTA');
    await page.getByRole('button', { name: 'Record survey' }).click();
    await page.getByText('This is needed.').nth(2).waitFor();
    await survey(page, 'SEAL-TEST-1');
    await page.getByLabel('Label on the package').selectOption({ label: 'WHITE-I' });
    await page.getByRole('button', { name: 'Record survey' }).click();
    assert.deepEqual(await refusals(page), ['CATEGORY_WRONG'], 'a category chosen by hand that the figures contradict');
    await accessible(page, 'a survey that is refused');
    await page.getByLabel('Label on the package').selectOption('');
    await page.getByRole('button', { name: 'Record survey' }).click();
    await said(page, 'Surveyed');
    await page.getByText('49 CFR 172.403(b),(c)').waitFor();
    await page.getByRole('button', { name: 'Make the paper' }).click();
    assert.ok((await refusals(page)).length > 0, 'no paper for a dose that is not released');
    await page.getByLabel('Seal as read now').fill('SEAL-OTHER');
    await page.getByLabel('Tracking number').fill('TRK-TEST-1');
    await page.getByRole('button', { name: 'Hand over' }).click();
    await page.locator('.refusals').nth(1).waitFor();
    const against = await refusals(page);
    assert.ok(new Set(against).size > 2, `everything against leaving is said at once: ${against}`);
    await accessible(page, 'a package that may not leave');
    await page.evaluate(() => scrollTo(0, 0));
    await picture(page, 'package-refused');
    await page.done();
});

test('After its release a dose goes out of the door: packed, surveyed, papered, handed over, given back, handed over again, delivered', async () => {
    await released('AC225-PSMA');
    const page = await open(shipper, '/shipping', { height: 1000 });
    await pack(page, 'AC225-PSMA');
    await survey(page, 'SEAL-TEST-2');
    await page.getByRole('button', { name: 'Record survey' }).click();
    await said(page, 'Surveyed');
    await page.getByRole('button', { name: 'Make the paper' }).click();
    await said(page, 'The paper is made.');
    await page.locator('.paper-sheet').getByText(/UN ?\d{4}/).first().waitFor();
    await accessible(page, 'a package with its paper');

    const handOver = async (seal, tracking) => {
        await page.getByLabel('Seal as read now').fill(seal);
        await page.getByLabel('Tracking number').fill(tracking);
        await page.getByRole('button', { name: 'Hand over' }).click();
    };
    await handOver('SEAL-OF-ANOTHER', 'TRK-TEST-2');
    assert.deepEqual(await refusals(page), ['SEAL_DIFFERS']);
    await page.evaluate(() => scrollTo(0, 0));
    await picture(page, 'package');
    await handOver('SEAL-TEST-2', 'TRK-TEST-2');
    await said(page, 'With the carrier.');

    await page.getByRole('button', { name: 'Carrier gave it back' }).click();
    const dialog = page.locator('dialog');
    await dialog.getByRole('button', { name: 'Carrier gave it back' }).click();
    assert.deepEqual(await refusals(page), ['FIELD_REQUIRED']);
    await dialog.getByLabel('What the carrier said').fill('aircraft has no transport index left');
    await dialog.getByRole('button', { name: 'Carrier gave it back' }).click();
    await said(page, 'The package is back.');
    await page.getByLabel('Why again').fill('offered to the carrier again');
    await page.getByRole('button', { name: 'Make the paper' }).click();
    // Printed again, which quality signs for too.
    await sign(page, shipper);
    await page.getByText('A second person signs the same.').waitFor();
    await sign(page, qa);
    await said(page, 'The paper is made.');
    await handOver('SEAL-TEST-2', 'TRK-TEST-3');
    await said(page, 'With the carrier.');

    await page.getByLabel('Received by').fill('Receiving, nuclear medicine');
    await page.getByLabel('Seal', { exact: true }).fill('SEAL-TEST-2');
    await accessible(page, 'a delivery');
    await page.getByRole('button', { name: 'Record delivery' }).click();
    await said(page, 'Delivered.');
    await page.locator('.screen > header .badge', { hasText: 'delivered' }).waitFor();
    await accessible(page, 'a package that is delivered');
    await page.evaluate(() => scrollTo(0, 0));
    await picture(page, 'package-delivered');
    const { package: pack2 } = await call(shipper, 'shipping.v1.PackagesService/GetPackage', { packageId: page.url().split('/').pop() });
    assert.equal(pack2.state, 'PACKAGE_STATE_DELIVERED');
    assert.equal(pack2.delivery.intact, true);
    await page.goto(`${new URL(page.url()).origin}/shipping`);
    await page.getByText('surveyed').first().waitFor();
    await picture(page, 'shipping');
    await page.done();
});

test('Who may not ship sees what goes out and which role ships it', async () => {
    const page = await open(auditor, '/shipping');
    const button = page.getByRole('button', { name: 'Pack' }).first();
    await button.waitFor();
    assert.equal(await button.getAttribute('aria-disabled'), 'true');
    assert.match(await button.getAttribute('title'), /shipping/);
    await page.done();
});
