// Labels: previewed as they print, printed again, verified by scan, put on the dose, counted.
import assert from 'node:assert/strict';
import { accessible, call, open, picture, refusals, said, scan, scanRefused, separators, sign, test } from './console.mjs';
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

test('Another copy needs a reason and the signatures of QA and a second person; it is verified by scan, and the count adds up again', async () => {
    const { doseId, printId, batchId } = await applied();
    const quality = await open(qa, `/labels/${printId}`);
    await quality.getByRole('button', { name: 'Print again' }).click();
    const dialog = quality.locator('dialog').first();
    await dialog.getByRole('button', { name: 'Print again' }).click();
    await dialog.getByText('This is needed.').first().waitFor();
    await dialog.getByLabel('Why').selectOption('1');
    await dialog.getByLabel('In words').fill('torn when it was put on');
    await accessible(quality, 'printing again');
    await dialog.getByRole('button', { name: 'Print again' }).click();
    await sign(quality, qa);
    await quality.getByRole('heading', { name: 'Second signature' }).waitFor();
    await sign(quality, operator, { name: 'signature-second' });
    await said(quality, 'The new copy waits for the printer');
    await quality.done();

    const { labels } = await call(qa, 'labeling.v1.LabelsService/ListLabels', { doseId, pageSize: 100 });
    const copy = labels.find((each) => each.replacedPrintId === printId);
    const { content } = await call(qa, 'labeling.v1.LabelsService/GetLabel', { printId: copy.printId });
    const page = await open(operator, '/labels', { height: 1000 });
    await accessible(page, 'the desk of labels');
    await picture(page, 'labels');
    await page.getByRole('button', { name: copy.serial }).click();
    await page.getByRole('button', { name: 'It came out' }).click();
    await said(page, 'Printed.');
    await page.getByLabel('Scanned').fill(`]d2${content.elementData.replace(copy.serial, 'WRONGSERIAL0000000')}`);
    await page.getByRole('button', { name: 'Verify' }).click();
    assert.ok((await refusals(page)).length > 0);
    await accessible(page, 'a label whose scan is refused');
    await picture(page, 'label');
    // As hardware sends it: without its separators a genuine label is no mismatch, and with them it is read, wherever the focus is.
    assert.match(content.elementData, /\u001d/);
    await page.reload();
    await page.getByLabel('Scanned').waitFor();
    assert.deepEqual(await scanRefused(page, content.elementData, separators.lost), ['SCAN_UNREADABLE']);
    await page.reload();
    await page.getByLabel('Scanned').waitFor();
    assert.deepEqual(await scanRefused(page, content.elementData.replace(copy.serial, 'WRONGSERIAL0000000'), separators.altCode), ['LABEL_MISMATCH']);
    await page.reload();
    await page.getByLabel('Scanned').click();
    await scan(page, `]d2${content.elementData}`, separators.bracket);
    await said(page, 'Verified');
    await page.getByRole('button', { name: 'Put on its dose' }).click();
    await said(page, 'On its dose.');
    await page.goto(`${new URL(page.url()).origin}/labels`);
    await page.getByRole('tab', { name: 'Reconciliation' }).click();
    await page.getByLabel('Batch').selectOption(batchId);
    await page.getByText('Adds up').waitFor();
    await accessible(page, 'the reconciliation');
    await picture(page, 'labels-count');
    await page.done();
});

test('Who may not print again sees the button and who may', async () => {
    const { printId } = await applied();
    const page = await open(operator, `/labels/${printId}`);
    const button = page.getByRole('button', { name: 'Print again' });
    await button.waitFor();
    assert.equal(await button.getAttribute('aria-disabled'), 'true');
    assert.match(await button.getAttribute('title'), /QA/);
    await page.done();
});
