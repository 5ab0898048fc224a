// QA review by exception: what deviates, the decision, the papers.
import assert from 'node:assert/strict';
import { anomalies } from './anomalies.mjs';
import { accessible, instrument, open, picture, said, sign, test } from './console.mjs';
import { analyst, qa } from './people.mjs';
import { doseOf, record } from './quality.mjs';

test('QA sees only what deviates, with what stands against release and the whole record behind it [A235]', async () => {
    const dose = await doseOf('AC225-PSMA');
    const page = await open(qa, '/review');
    await page.getByRole('button', { name: dose.batchNumber }).waitFor();
    await accessible(page, 'the list of reviews');
    await picture(page, 'reviews');
    await page.getByRole('button', { name: dose.batchNumber }).click();
    await page.getByText('Nothing deviates').waitFor();
    await page.getByText('RESULT_MISSING').first().waitFor();
    await accessible(page, 'a review');
    await picture(page, 'review');
    await page.getByRole('tab', { name: 'Material' }).click();
    await page.getByRole('cell', { name: /issued/ }).first().waitFor();
    // A signature does not help against what stands in the way, and a wrong password signs nothing.
    await page.getByRole('button', { name: 'Release', exact: true }).click();
    await sign(page, qa, { name: 'signature', wrongFirst: true });
    await page.locator('.decision [data-code="RESULT_MISSING"]').first().waitFor();
    await accessible(page, 'a release that is refused');
    await page.done();
});

test('Of a long record with a hundred anomalies in it, the review shows every one and no ordinary entry [A235]', async () => {
    const { batchId } = await doseOf('AC225-PSMA');
    const page = await open(qa, '/review');
    const made = await anomalies(page, 100);
    await page.goto(new URL(`/review/${batchId}`, page.url()).href);
    const panel = page.locator('.panel', { has: page.getByRole('heading', { name: 'What deviates' }) });
    await panel.getByText(made.odd[0]).first().waitFor();
    const shown = await panel.innerText();
    assert.deepEqual(made.odd.filter((each) => !shown.includes(each)), [], 'anomalies that the review hides');
    assert.deepEqual(shown.match(/ordinary-\w+/g) ?? [], [], 'ordinary entries that the review shows');
    await accessible(page, 'a review of a hundred anomalies');
    await page.done();
});

test('An analyst records a result; one out of specification is judged by the platform and holds the batch before QA looks', async () => {
    const dose = await doseOf('LU177-DOTA');
    const page = await open(analyst, `/review/${dose.batchId}`);
    await page.getByRole('button', { name: 'Record a result' }).click();
    await page.locator('dialog').getByLabel('Test').selectOption('RCP');
    await page.locator('dialog').getByLabel('Value').fill('91.2');
    await instrument(page.locator('dialog'), 'Instrument', 'bos-HPLC-07');
    await page.locator('dialog').getByRole('button', { name: 'Record result' }).click();
    await said(page, 'out of specification');
    await page.locator('[data-deviation]').waitFor();
    await accessible(page, 'a review with a deviation');
    await picture(page, 'review-deviation');
    const close = page.getByRole('button', { name: 'Close deviation' });
    assert.equal(await close.getAttribute('aria-disabled'), 'true');
    await page.done();
});

test('QA releases with a signature over exactly what was reviewed, and the papers are there to print', async () => {
    const dose = await doseOf('AC225-PSMA');
    await record(dose.batchId, 'AC225-PSMA');
    const page = await open(qa, `/review/${dose.batchId}`);
    await page.getByText('Nothing stands against release.').waitFor();
    // Somebody who turns back before signing has released nothing.
    await page.getByRole('button', { name: 'Release', exact: true }).click();
    await page.locator('dialog').getByText('the doses may leave').waitFor();
    await page.locator('dialog').getByRole('button', { name: 'Back' }).click();
    assert.ok(await doseOf('AC225-PSMA'));
    await page.getByRole('button', { name: 'Release', exact: true }).click();
    await sign(page, qa);
    await said(page, 'released');
    await page.getByRole('button', { name: 'CoA' }).first().click();
    await page.locator('dialog').getByText('Radiochemical purity').waitFor();
    await accessible(page, 'a certificate of analysis');
    await picture(page, 'certificate-of-analysis');
    await page.locator('dialog').getByRole('button', { name: 'Back' }).click();
    await page.getByRole('button', { name: 'Certificate', exact: true }).first().click();
    await page.locator('dialog').getByText(qa.name).waitFor();
    await accessible(page, 'a certificate of release');
    await page.done();
});

test('QA holds and rejects only with a quality record and a reason; what was rejected is never released', async () => {
    const dose = await doseOf('LU177-PSMA');
    const page = await open(qa, `/review/${dose.batchId}`);
    await page.locator('.decision .choices').getByText('Hold', { exact: true }).click();
    await page.getByRole('button', { name: 'Hold', exact: true }).click();
    await page.getByText('Name the quality record.').waitFor();
    await page.getByLabel('Quality record').fill('CMP-2026-011');
    await page.getByLabel('Reason').fill('complaint about another dose of this lot');
    await page.getByRole('button', { name: 'Hold', exact: true }).click();
    await sign(page, qa);
    await said(page, 'On hold');
    const hold = page.locator('.note.warn', { hasText: 'complaint about another dose' }).first();
    await hold.getByRole('button', { name: 'Lift hold' }).click();
    await hold.getByRole('button', { name: 'Lift hold' }).click();
    await hold.getByText('Say why.').waitFor();
    await hold.getByLabel('What resolved it').fill('the complaint is about another lot');
    await hold.getByRole('button', { name: 'Lift hold' }).click();
    await sign(page, qa);
    await said(page, 'Hold lifted');

    await page.locator('.decision .choices').getByText('Reject', { exact: true }).click();
    await page.getByLabel('Quality record').fill('CMP-2026-011');
    await page.getByLabel('Reason').fill('the complaint was confirmed');
    await page.getByRole('button', { name: 'Reject', exact: true }).click();
    await sign(page, qa);
    await said(page, 'Rejected');
    await page.locator('.decision .badge', { hasText: 'rejected' }).first().waitFor();
    await page.locator('.decision .choices').getByText('Release', { exact: true }).click();
    const release = page.getByRole('button', { name: 'Release', exact: true });
    assert.equal(await release.getAttribute('aria-disabled'), 'true');
    assert.match(await release.getAttribute('title'), /at least one dose/);
    await accessible(page, 'a batch that was rejected');
    await picture(page, 'review-rejected');
    await page.done();
});
