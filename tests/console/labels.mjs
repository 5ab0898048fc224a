// Labels: previewed as they print, printed again, verified by scan, put on the dose, counted.
import assert from 'node:assert/strict';
import { accessible, call, open, picture, refusals, said, test } from './console.mjs';
import { id } from './platform.mjs';
import { operator, qa } from './people.mjs';

const applied = async () => {
    const { labels } = await call(qa, 'labeling.v1.LabelsService/ListLabels', { siteId: 'bos', pageSize: 500 });
    return labels.find((each) => each.fate === 'LABEL_FATE_APPLIED');
};

test('A label is previewed as it will print, and a second first label is refused', async () => {
    const { doseId } = await applied();
    const page = await open(operator, `/labels/doses/${doseId}`, { height: 1000 });
    await page.getByRole('img', { name: /Label as printed/ }).waitFor();
    await page.getByText('Copy 2', { exact: false }).first().waitFor();
    await accessible(page, 'the preview of a label');
    await page.getByLabel('Printer').fill('bos-zd621');
    await page.getByRole('button', { name: 'Print', exact: true }).click();
    assert.deepEqual(await refusals(page), ['LABEL_EXISTS']);
    await page.done();
});

test('Another copy is verified by scan, a wrong scan is refused, and the count adds up again', async () => {
    const { doseId } = await applied();
    const { label, content } = await call(qa, 'labeling.v1.LabelsService/ReprintDoseLabel', { requestId: id(), doseId, printer: 'bos-zd621', market: 'US', reprintReason: 'REPRINT_REASON_DAMAGED', reason: 'torn when it was put on' });
    const page = await open(operator, '/labels', { height: 1000 });
    await page.getByRole('button', { name: label.serial }).click();
    await page.getByRole('button', { name: 'It came out' }).click();
    await said(page, 'Printed.');
    await page.getByLabel('Scanned').fill(`]d2${content.elementData.replace(label.serial, 'WRONGSERIAL0000000')}`);
    await page.getByRole('button', { name: 'Verify' }).click();
    assert.ok((await refusals(page)).length > 0);
    await accessible(page, 'a label whose scan is refused');
    await picture(page, 'label');
    await page.getByLabel('Scanned').fill(`]d2${content.elementData}`);
    await page.getByRole('button', { name: 'Verify' }).click();
    await said(page, 'Verified');
    await page.getByRole('button', { name: 'Put on its dose' }).click();
    await said(page, 'On its dose.');
    await page.goto(`${new URL(page.url()).origin}/labels`);
    await page.getByRole('tab', { name: 'Reconciliation' }).click();
    await page.getByLabel('Batch').selectOption(label.batchId);
    await page.getByText('Adds up').waitFor();
    await accessible(page, 'the reconciliation');
    await picture(page, 'labels-count');
    await page.done();
});

test('Printing again asks QA for a reason and a signature', async () => {
    const { printId } = await applied();
    const page = await open(qa, `/labels/${printId}`);
    await page.getByRole('button', { name: 'Print again' }).click();
    const dialog = page.locator('dialog');
    await dialog.getByRole('button', { name: 'Print again' }).click();
    await dialog.getByText('This is needed.').first().waitFor();
    await dialog.getByLabel('Why').selectOption('1');
    await dialog.getByLabel('In words').fill('torn');
    await dialog.getByRole('button', { name: 'Print again' }).click();
    await page.getByRole('heading', { name: 'Signature' }).waitFor();
    await page.done();
});
