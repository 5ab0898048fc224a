// People and training: in with a one-time password, rights when quality says so, trained before work, locked out and gone.
import assert from 'node:assert/strict';
import { accessible, call, confirm, open, picture, refusals, said, signIn, stage, test } from './console.mjs';
import { administrator, operator, qa } from './people.mjs';

const chosen = 'a quiet harbour under snow';
let nora;

// Answers what a dialog asks, "why".
async function because(page, button, reason) {
    const dialog = page.locator('dialog');
    await dialog.getByLabel('Reason').fill(reason);
    await dialog.getByRole('button', { name: button }).click();
}

test('An administrator lets a person in and proposes roles; names that are taken and roles that do not go together are refused', async () => {
    const page = await open(administrator, '/people', { height: 1000 });
    await page.getByRole('button', { name: operator.name }).waitFor();
    await accessible(page, 'people');
    await picture(page, 'people');
    await page.getByRole('button', { name: 'Let a person in' }).click();
    const dialog = page.locator('dialog');
    await dialog.getByLabel('Printed name').fill('Nora Lind');
    await dialog.getByLabel('Sign-in name').fill(operator.login);
    await dialog.getByLabel('How the identity was established').fill('passport, shown in person');
    await dialog.getByRole('button', { name: 'Let a person in' }).click();
    assert.deepEqual(await refusals(page), ['LOGIN_TAKEN']);
    await accessible(page, 'a joiner who is refused');
    await dialog.getByLabel('Sign-in name').fill('nora.lind');
    await dialog.getByRole('button', { name: 'Let a person in' }).click();
    const oneTime = await dialog.locator('[data-one-time]').innerText();
    await accessible(page, 'a one-time password');
    await dialog.getByRole('button', { name: 'Done' }).click();

    await page.getByLabel('Name or sign-in name').fill('nora');
    await page.getByRole('button', { name: 'Nora Lind' }).click();
    await page.getByRole('heading', { name: 'Nora Lind' }).waitFor();
    nora = { personId: page.url().split('/').pop(), oneTime };
    const propose = async (role) => {
        await page.getByRole('button', { name: 'Propose role' }).click();
        await dialog.getByLabel('Role').selectOption(role);
        await dialog.getByLabel('Site').selectOption('bos');
        await because(page, 'Propose role', 'hired for the hot cells');
    };
    await propose('operator');
    await said(page, 'Proposed; quality approves it.');
    await propose('qa');
    assert.ok((await refusals(page)).includes('ROLES_NOT_SEPARATE'));
    await accessible(page, 'a role that is refused');
    await dialog.getByRole('button', { name: 'Back' }).click();
    const approve = page.getByRole('button', { name: 'Approve' });
    assert.equal(await approve.getAttribute('aria-disabled'), 'true', 'who proposed does not approve');
    await accessible(page, 'a person');
    await picture(page, 'person');
    await page.done();
});

test('Quality approves the role, which counts from then on', async () => {
    const page = await open(qa, `/people/${nora.personId}`);
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.locator('dialog').getByRole('button', { name: /^Approve/ }).click();
    await page.getByText('Say why.').waitFor();
    await because(page, /^Approve/, 'qualification checked');
    await said(page, 'The role is in effect.');
    await page.getByText('in effect', { exact: true }).waitFor();
    await page.done();
});

test('A one-time password is good for choosing a password and nothing else; a wrong one is told, and a person can sign out', async () => {
    const page = await open(null, '/people');
    await accessible(page, 'the way to the sign-in page');
    await signIn(page, 'nora.lind', 'not this one');
    await page.getByRole('alert').waitFor();
    await accessible(page, 'the sign-in page');
    await picture(page, 'sign-in');
    await page.getByLabel('Password').fill(nora.oneTime);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByLabel('Password you gave').fill(nora.oneTime);
    await page.getByLabel('New password', { exact: true }).fill(chosen);
    await page.getByLabel('New password, again').fill(chosen);
    await accessible(page, 'choosing a password');
    await page.getByRole('button', { name: 'Set password' }).click();
    // Back where the person wanted to go, with what the person may see.
    await page.getByText('here you see yourself').waitFor();
    await page.getByRole('cell', { name: 'Nora Lind' }).waitFor();
    assert.match(page.url(), /\/people$/);
    await page.getByText('Nora Lind', { exact: true }).first().click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('link', { name: 'Go to sign-in' }).waitFor();
    await page.done();
});

test('Who was never trained stands out, and is trained from the record on [A212]', async () => {
    const page = await open(qa, '/people/training', { height: 1000 });
    const line = page.getByRole('row').filter({ hasText: 'Nora Lind' }).filter({ hasText: 'dispensing' }).first();
    await line.getByText('never trained').waitFor();
    await accessible(page, 'who is trained');
    await line.getByRole('button', { name: 'Record training' }).click();
    const dialog = page.locator('dialog');
    await dialog.getByRole('button', { name: 'Record training' }).click();
    assert.deepEqual(await refusals(page), ['FIELD_REQUIRED'], 'a training needs its proof');
    await dialog.getByLabel('Where the proof is').fill('training file 2026-118');
    await because(page, 'Record training', 'three media fills, all passed');
    await said(page, 'Recorded.');
    // Trained she is, but who knows that it is she who uses the password?
    await line.getByText('not confirmed').waitFor();
    await confirm({ login: 'nora.lind' });
    await page.reload();
    await line.getByText('trained', { exact: true }).waitFor();
    await picture(page, 'people-training');
    for (const part of ['Procedures', 'Roles']) {
        await page.getByRole('tab', { name: part }).click();
        await page.locator('tbody tr').first().waitFor();
        await accessible(page, part);
    }
    await page.done();
});

test('Nobody records their own training or changes their own rights', async () => {
    const { person } = await call(administrator, 'identity.v1.PeopleService/ListPeople', { nameContains: qa.name, pageSize: 10 }).then(({ people }) => ({ person: people[0] }));
    const page = await open(qa, `/people/${person.personId}`);
    const lock = page.getByRole('button', { name: 'Lock out' });
    await lock.waitFor();
    assert.match(await lock.getAttribute('title'), /own rights/);
    await page.done();
});

test('Who is locked out is out at once, with the reason on record', async () => {
    const theirs = await open(null, '/');
    await signIn(theirs, 'nora.lind', chosen);
    await theirs.locator('#screen h1').waitFor();
    const page = await open(administrator, `/people/${nora.personId}`);
    await page.getByRole('button', { name: 'Lock out' }).click();
    await because(page, 'Lock out', 'badge was found in the street');
    await said(page, 'Locked out.');
    await page.getByText('badge was found in the street').waitFor();
    await theirs.goto(`${stage.platform.origin}/orders`);
    await theirs.getByRole('link', { name: 'Go to sign-in' }).waitFor();
    await page.done();
    await theirs.done();
});
