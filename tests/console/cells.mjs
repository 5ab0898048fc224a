// Turning a hot cell around: what the batch left goes out as waste, a survey shows that the cell is clear, it is cleaned; the logbook says who did what.
import assert from 'node:assert/strict';
import { accessible, call, open, picture, refusals, said, test } from './console.mjs';
import { operator, radiationSafety, steward } from './people.mjs';

const cellsOf = async () => {
    const { equipment } = await call(operator, 'execution.v1.EquipmentService/ListEquipment', { siteId: 'bos', equipmentClass: 'EQUIPMENT_CLASS_HOT_CELL', pageSize: 100 });
    return Promise.all(equipment.map(async ({ equipmentId }) => (await call(operator, 'execution.v1.EquipmentService/GetHotCell', { hotCellId: equipmentId })).hotCell));
};

test('A hot cell that a batch left is carried out, surveyed and cleaned on one screen, until it takes the next batch; the logbook is shown and printed', async () => {
    const left = (await cellsOf()).find((each) => each.phase === 'HOT_CELL_PHASE_CHANGEOVER' && (each.items ?? []).some((item) => item.kind === 'CELL_ITEM_KIND_COLUMN'));
    assert.ok(left, 'the day has a cell that a batch left');
    const page = await open(operator, '/cells', { height: 1400 });
    await page.getByRole('row').filter({ hasText: left.equipment.code }).getByText('carry out what the batch left').waitFor();
    await accessible(page, 'hot cells');
    await picture(page, 'cells');
    await page.getByRole('button', { name: left.equipment.code }).click();
    await page.getByRole('heading', { name: 'Logbook' }).waitFor();
    const step = (name) => page.locator(`[data-turn=${name}] .badge`);
    for (const name of ['out', 'survey', 'clean']) assert.equal(await step(name).innerText(), 'to do');
    await accessible(page, 'a cell that a batch left');
    await picture(page, 'cell');

    const survey = async (seconds, gross) => {
        await page.getByRole('button', { name: 'Survey', exact: true }).first().click();
        const dialog = page.locator('dialog');
        await dialog.getByRole('button', { name: 'Survey', exact: true }).click();
        assert.ok(await dialog.locator('[aria-invalid]').count() >= 6, 'every field that is missing is marked');
        await dialog.locator('select option:nth-child(2)').first().waitFor({ state: 'attached' });
        await dialog.getByLabel('Instrument').selectOption({ index: 1 });
        await dialog.getByLabel('Background').fill('42');
        await dialog.getByLabel('Counting time').fill(seconds);
        await dialog.getByLabel('Efficiency').fill('10');
        await dialog.getByLabel('Place').fill('floor');
        await dialog.getByLabel('Gross').fill(gross);
        await dialog.getByLabel('Area wiped').fill('100');
        await dialog.getByLabel('Stands for').fill('30000');
        await dialog.getByRole('button', { name: 'Survey', exact: true }).click();
        return dialog;
    };
    // A column that lies about is no contamination to be surveyed: it goes out first.
    const early = await survey('60', '42');
    assert.deepEqual(await refusals(page), ['HOT_CELL_NOT_CLEANED_OUT']);
    await accessible(page, 'a survey that is refused');
    await early.getByRole('button', { name: 'Back' }).click();

    await page.getByLabel('Container').selectOption({ index: 1 });
    await page.getByRole('button', { name: 'Carry out all' }).click();
    await said(page, 'Carried out');
    await page.locator('[data-turn=out] .badge.ok').waitFor();

    await page.getByRole('button', { name: 'Record what was found' }).click();
    const found = page.locator('dialog');
    await found.getByLabel('What it is').selectOption({ label: 'wipes' });
    await found.getByLabel(/^Activity/).fill('0,5');
    await found.getByText('A comma is not read as a decimal sign').waitFor();
    await found.getByLabel(/^Activity/).fill('0.0002');
    await found.getByRole('button', { name: 'Record what was found' }).click();
    await said(page, 'It is a waste item now.');
    await page.getByRole('button', { name: 'Carry out', exact: true }).first().click();
    await said(page, 'Carried out');

    // Too much is found first: the cell is not clear, and who surveyed is named.
    await survey('60', '90000');
    await said(page, 'Above the limit');
    assert.equal(await step('survey').innerText(), 'to do');
    await survey('60', '42');
    await said(page, 'At or below the limit');
    await page.locator('[data-turn=survey]').getByText(operator.name).waitFor();

    await page.getByRole('button', { name: 'Clean', exact: true }).click();
    await page.locator('dialog').getByLabel('Level').selectOption({ index: 1 });
    await page.locator('dialog').getByLabel('Procedure').fill('SOP-CL-03');
    await page.locator('dialog').getByRole('button', { name: 'Clean', exact: true }).click();
    await said(page, 'the cell is clean');
    await page.locator('[data-turn=clean]').getByText(operator.name).waitFor();
    await page.getByText('takes the next batch').waitFor();
    const log = page.locator('.panel', { has: page.getByRole('heading', { name: 'Logbook' }) });
    for (const happened of ['waste out', 'surveyed', 'clear', 'cleaned']) await log.getByRole('cell', { name: happened, exact: true }).first().waitFor();
    assert.doesNotMatch(await log.innerText(), /\dE[+-]?\d/i, 'no exponents');
    await accessible(page, 'a cell that was turned around');
    await picture(page, 'cell-turned');

    // On paper: the logbook alone, with its site, what it is, when and by whom it was printed.
    await page.evaluate(() => { window.print = () => { window.printedText = [...document.querySelectorAll('.printed')].map((each) => each.innerText || each.textContent).join('\n'); window.dispatchEvent(new Event('afterprint')); }; });
    await log.getByRole('button', { name: 'Print' }).click();
    const printed = await page.evaluate(() => window.printedText);
    for (const part of [`Logbook of ${left.equipment.code}`, 'Doseline Boston', operator.name, 'SOP-CL-03']) assert.ok(printed.includes(part), part);
    assert.equal(await page.locator('.printed').count(), 0);
    const after = (await cellsOf()).find((each) => each.equipment.equipmentId === left.equipment.equipmentId);
    assert.deepEqual([after.phase, after.clear, after.equipment.state], ['HOT_CELL_PHASE_FREE', true, 'EQUIPMENT_STATE_CLEAN']);
    await page.done();
});

test('Who may not turn a cell around sees where it stands and who may', async () => {
    const [cell] = await cellsOf();
    for (const [person, button] of [[steward, 'Survey'], [radiationSafety, 'Clean']]) {
        const page = await open(person, `/cells/${cell.equipment.equipmentId}`, { theme: 'dark', width: 844, height: 390 });
        await page.getByRole('heading', { name: 'Turning it around' }).waitFor();
        assert.match(await page.getByRole('button', { name: button, exact: true }).first().getAttribute('title'), /Needs the role/);
        await accessible(page, 'a cell on a phone sideways, dark');
        await page.done();
    }
});
