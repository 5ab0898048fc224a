// How the installation stands.
import assert from 'node:assert/strict';
import { accessible, call, open, picture, test } from './console.mjs';
import { administrator, operator } from './people.mjs';

const served = () => call(administrator, 'operations.v1.SystemService/GetSystem', {}).then(() => true, (fault) => fault.answer?.code !== 'unimplemented');

test('An administrator sees every service, what waits between them and what was sealed', async (context) => {
    if (!await served()) return context.skip('the system is not served');
    const page = await open(administrator, '/system');
    await page.getByRole('cell', { name: 'execution' }).first().waitFor();
    const health = await page.locator('tbody .badge').allInnerTexts();
    assert.ok(health.filter((text) => text === 'healthy').length >= 7, health.join());
    await page.getByText('No fact waits.').waitFor();
    await accessible(page, 'the system');
    await picture(page, 'system');
    await page.done();
});

test('Who may not see parked facts is told who may', async (context) => {
    if (!await served()) return context.skip('the system is not served');
    const page = await open(operator, '/system');
    await page.getByText('Parked facts are shown to administrators, QA and auditors.').waitFor();
    await page.done();
});
