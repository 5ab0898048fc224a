// Trace: from any number the whole story, and the audit trail checked in the browser.
import assert from 'node:assert/strict';
import { accessible, call, open, picture, test } from './console.mjs';
import { auditor, operator, qa } from './people.mjs';

const labelled = async () => {
    const { labels } = await call(qa, 'labeling.v1.LabelsService/ListLabels', { siteId: 'bos', pageSize: 500 });
    return labels.find((each) => each.fate === 'LABEL_FATE_APPLIED');
};

test('A scanned label leads to lot, batch, dose and patient; every row of the audit trail is proven against the sealed root', async () => {
    const label = await labelled();
    for (const service of ['orders', 'execution', 'inventory', 'quality', 'labeling']) {
        await call(qa, 'audit.v1.AuditService/SealTrail', { requestId: `seal-${service}-${label.serial}`, service });
    }
    const page = await open(auditor, '/', { height: 1000 });
    await page.getByLabel('Scan or type a number').fill(label.doseId);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: /^Dose / }).waitFor();
    for (const kind of ['Lot', 'Batch', 'Dose', 'Order']) await page.locator('.chain a').filter({ hasText: kind }).first().waitFor();
    await page.getByRole('cell', { name: 'Dose dispensed' }).waitFor();
    await page.getByRole('cell', { name: /^Lot received/ }).first().waitFor();
    await page.getByRole('button', { name: 'Check all' }).click();
    await page.getByText(/rows are as they were sealed/).waitFor();
    const verdicts = await page.locator('table').last().locator('td:last-child .badge').allTextContents();
    assert.ok(verdicts.length > 0 && verdicts.every((each) => each === 'as sealed'), verdicts.join(', '));
    await accessible(page, 'the trace of a dose');
    await page.evaluate(() => scrollTo(0, 0));
    await picture(page, 'trace');
    await page.locator('.chain a').filter({ hasText: 'Lot' }).first().click();
    await page.getByRole('heading', { name: /^Lot / }).waitFor();
    await page.done();
});

test('A number that nothing has is said so, and who may not see the audit trail is told who may', async () => {
    const page = await open(operator, '/trace/NO-SUCH-NUMBER');
    await page.getByText('Nothing here has the number').waitFor();
    await accessible(page, 'a number that nothing has');
    const { serial } = await labelled();
    await page.getByLabel('Number', { exact: true }).fill(serial);
    await page.getByRole('button', { name: 'Trace', exact: true }).click();
    await page.getByText('shown to auditors, QA and administrators').waitFor();
    await page.done();
});
