// Master data: listed, changed as a new version with its differences, refused with every reason, approved with a signature.
import assert from 'node:assert/strict';
import { accessible, open, picture, refusals, said, sign, test } from './console.mjs';
import { qa, steward } from './people.mjs';

test('A product is changed as a new version, with what differs in sight and everything that is wrong named at once', async () => {
    const page = await open(steward, '/master', { height: 1000 });
    await page.getByRole('button', { name: 'AC225-PSMA', exact: true }).click();
    await page.getByLabel('Name', { exact: true }).fill('Actinium PSMA, renamed');
    await page.getByRole('cell', { name: 'Actinium PSMA, renamed' }).waitFor();
    await page.getByLabel('Tolerance', { exact: true }).fill('400');
    await page.getByLabel('Recipe code').fill('');
    await page.getByRole('button', { name: 'Save' }).click();
    assert.ok((await refusals(page)).length > 1, 'every reason at once');
    await accessible(page, 'a product that is refused');
    await picture(page, 'master-refused');
    await page.getByLabel('Tolerance', { exact: true }).fill('10');
    await page.getByLabel('Recipe code').fill('AC225-PSMA');
    await page.getByLabel('Why it changes').fill('name on the leaflet');
    await page.getByRole('button', { name: 'Save' }).click();
    await said(page, 'Saved.');
    await page.getByRole('cell', { name: 'Actinium PSMA, renamed' }).waitFor();
    await page.done();
});

test('Every kind of master data is listed, and what is opened can be read by everybody', async () => {
    const page = await open(steward, '/master', { height: 1000 });
    for (const kind of ['Customers', 'Recipes', 'Specifications', 'Licences', 'Label templates', 'Carriers', 'Packagings', 'Materials', 'Suppliers', 'Rooms']) {
        await page.getByRole('tab', { name: kind }).click();
        await page.locator('table tbody .button.quiet').first().click();
        await page.getByText('What you change').waitFor();
        await accessible(page, kind);
        if (kind === 'Recipes' || kind === 'Label templates') await picture(page, `master-${kind.toLowerCase().replace(' ', '-')}`);
    }
    await page.done();
});

test('A new version of a recipe is a draft until QA signs for it', async () => {
    const page = await open(steward, '/master/recipes');
    await page.locator('table tbody .button.quiet').first().click();
    await page.getByLabel('Product name').fill('Renamed for a new version');
    await page.getByLabel('Why it changes').fill('new name');
    await page.getByRole('button', { name: 'New version' }).click();
    await said(page, 'Saved.');
    await page.done();

    const approver = await open(qa, '/master/recipes');
    await approver.getByRole('row').filter({ hasText: 'draft' }).getByRole('button').first().click();
    // What is signed for is compared with what is in force, not with itself.
    const changes = approver.getByRole('region', { name: 'What approval changes' });
    await changes.getByText('Compared with what is in force').waitFor();
    await changes.getByRole('cell', { name: 'Renamed for a new version' }).waitFor();
    await approver.getByLabel('Why it changes').fill('reviewed');
    await approver.getByRole('button', { name: 'Approve' }).click();
    await approver.locator('dialog').getByText('What your signature says').waitFor();
    await approver.locator('details', { hasText: 'Exactly what is signed' }).locator('summary').click();
    await accessible(approver, 'the signature of an approval');
    await picture(approver, 'master-approve');
    await sign(approver, qa);
    await said(approver, 'Approved');
    assert.equal(await approver.getByRole('row').filter({ hasText: 'draft' }).count(), 0);
    await approver.done();
});

test('Who proposed a new version does not approve it', async () => {
    const page = await open(steward, '/master/recipes');
    await page.locator('table tbody .button.quiet').first().click();
    const approve = page.getByRole('button', { name: 'Approve' });
    await approve.waitFor();
    assert.equal(await approve.getAttribute('aria-disabled'), 'true');
    await page.done();
});
