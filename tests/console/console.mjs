// What every test of the console stands on: one platform, one browser, pages of people, and looks at what they show.
import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test as nodeTest } from 'node:test';
import { chromium } from 'playwright-core';
import { administrator, qa } from './people.mjs';
import { id, repository, startPlatform } from './platform.mjs';

const chromiumPath = process.env.DOSELINE_CHROMIUM ?? '/usr/bin/chromium';
const axeSource = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
// The pictures of the documentation are made anew when somebody asks for it; a run of tests changes no file of the checkout.
const pictures = process.env.DOSELINE_WRITE_DOCS === '1' ? join(repository, 'docs', 'console') : join(repository, 'TestResults', 'console');
const testMillisecondsMax = 120_000;

/** Set before the first test. */
export const stage = { platform: undefined, browser: undefined };

before(async () => {
    stage.platform = await startPlatform();
    stage.browser = await chromium.launch({
        executablePath: chromiumPath,
        args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    });
    await mkdir(pictures, { recursive: true });
}, { timeout: 600_000 });

after(async () => {
    await stage.browser?.close();
    await stage.platform?.stop();
});

/** A test with a limit of time. When it fails, what its pages showed is kept in TestResults. */
export const test = (name, body) => nodeTest(name, { timeout: testMillisecondsMax }, async (context) => {
    try {
        await body(context);
    } catch (fault) {
        for (const [i, page] of pages.entries()) {
            await page.screenshot({ path: join(repository, 'TestResults', `console-${name.replace(/\W+/g, '-').slice(0, 60)}-${i}.png`) }).catch(() => {});
            console.error(await page.evaluate(() => [location.pathname, ...[...document.querySelectorAll('.refusals')].map((each) => each.innerText)].join('\n')).catch(() => 'the page is closed'));
        }
        throw fault;
    } finally {
        for (const page of pages.splice(0)) await page.context().close().catch(() => {});
    }
});

const pages = [];

/** The ways in which scanners that play a keyboard send the separator of GS1 codes, ASCII 29. */
export const separators = {
    bracket: (page) => page.keyboard.press('Control+]'),
    altCode: async (page) => {
        await page.keyboard.down('Alt');
        for (const digit of '029') await page.keyboard.press(`Numpad${digit}`);
        await page.keyboard.up('Alt');
    },
    lost: async () => {},
};

/** Scans as hardware does: key after key, Enter at the end, wherever the focus is. */
export async function scan(page, code, separator) {
    for (const character of code) await (character === '\u001d' ? separator(page) : page.keyboard.type(character));
    await page.keyboard.press('Enter');
}

/** Scans until something is refused, as a person does who sees nothing happen, or half of it: a machine under load may be slower than any scanner. */
export async function scanRefused(page, code, separator) {
    const plain = (text) => text.replaceAll('\u001d', '');
    for (let tries = 0; tries < 20; tries++) {
        await page.evaluate(() => document.activeElement?.blur());
        await scan(page, code, separator);
        const found = await page.locator('.refusals').first().waitFor({ timeout: 3_000 }).then(() => refusals(page), () => null);
        // Keys that came too slowly are no scan, and those after them a shorter one.
        if (found && plain(await page.getByLabel('Scanned').inputValue()) === plain(code)) return found;
        await page.reload();
        await page.getByLabel('Scanned').waitFor();
    }
    throw new Error('no scan was heard');
}

/** Calls a method as a person, with JSON. */
export const call = (person, path, body) => stage.platform.call(person, path, body);

const contextOptions = { locale: 'en-GB', reducedMotion: 'reduce' };
const sessions = new Map();

/** Fills in the sign-in page, and chooses a password where the one given is good for nothing else. */
export async function signIn(page, login, password, chosen) {
    await page.getByRole('link', { name: 'Go to sign-in' }).click();
    await page.getByLabel('Name').fill(login);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    if (chosen === undefined) return;
    await page.getByLabel('Password you gave').fill(password);
    await page.getByLabel('New password', { exact: true }).fill(chosen);
    await page.getByLabel('New password, again').fill(chosen);
    await page.getByRole('button', { name: 'Set password' }).click();
}

// Signs in as people do, on the identity service's page, once for all pages of that person.
async function sessionOf(person) {
    let oneTime;
    if (!(person.login in stage.platform.passwords)) oneTime = await hire(person);
    const password = stage.platform.passwords[person.login];
    const context = await stage.browser.newContext(contextOptions);
    try {
        const page = await context.newPage();
        page.setDefaultTimeout(20_000);
        await page.goto(stage.platform.origin);
        await signIn(page, person.login, oneTime ?? password, oneTime && password);
        await page.locator('#screen h1').waitFor();
        if (oneTime) await confirm(person);
        return await context.storageState();
    } finally {
        await context.close();
    }
}

/** Quality signs that the person chose the password herself; before that she signs nothing and acts under no procedure. */
export async function confirm({ login }) {
    const { people } = await call(qa, 'identity.v1.PeopleService/ListPeople', { nameContains: login });
    const { personId, version } = people.find((each) => each.login === login);
    const request = { personId, version, reason: 'works in the tests of the console' };
    const { signature } = await call(qa, 'identity.v1.SigningService/Sign', { method: '/doseline.identity.v1.PeopleService/ConfirmPerson', requestJson: JSON.stringify(request), zone: 'Europe/Berlin' });
    await call(qa, 'identity.v1.PeopleService/ConfirmPerson', { ...request, requestId: id(), signature });
}

// Lets somebody in with roles and training; gives back the one-time password.
async function hire({ name, login, roles, trainedOn }) {
    const reason = 'works in the tests of the console';
    const { person, oneTimePassword } = await call(administrator, 'identity.v1.PeopleService/JoinPerson', { requestId: id(), name, login, reason });
    for (const role of roles) {
        const { assignment } = await call(administrator, 'identity.v1.PeopleService/ProposeRole', { requestId: id(), holderId: person.personId, role, siteId: '*', reason });
        await call(qa, 'identity.v1.PeopleService/ApproveRole', { requestId: id(), assignmentId: assignment.assignmentId, version: assignment.version, reason });
    }
    for (const code of trainedOn) {
        await call(qa, 'identity.v1.TrainingService/RecordTraining', { requestId: id(), personId: person.personId, code, procedureVersion: 1, trainTime: '2026-11-23T17:00:00Z', evidence: 'observed at work', reason });
    }
    stage.platform.passwords[login] = `lantern-${id()}`;
    return oneTimePassword;
}

/** Opens a page as a person does. What the page reports as an error fails the test when it is closed with `done`. */
export async function open(person, path, { siteId = 'bos', unit = 'GBq', theme = 'light', width = 1280, height = 800 } = {}) {
    if (person && !sessions.has(person.login)) sessions.set(person.login, await sessionOf(person));
    const context = await stage.browser.newContext({
        ...contextOptions, viewport: { width, height }, colorScheme: theme === 'dark' ? 'dark' : 'light', ...(person ? { storageState: sessions.get(person.login) } : {}),
    });
    await context.addInitScript((settings) => localStorage.setItem('doseline.settings', settings), JSON.stringify({ siteId, unit, theme }));
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    pages.push(page);
    const faults = [];
    page.on('pageerror', (fault) => faults.push(fault.message));
    page.on('console', (message) => {
        // A refused call is an answer that the page shows; the browser reports its status all the same.
        if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) faults.push(message.text());
    });
    await page.goto(stage.platform.origin + path);
    await page.locator(person ? '#screen h1' : 'h1').waitFor();
    return Object.assign(page, {
        done: async () => {
            pages.splice(pages.indexOf(page), 1);
            await context.close();
            assert.deepEqual(faults, [], 'the page reported errors');
        },
    });
}

/** Fails when axe finds a violation of WCAG 2.2 A or AA on the page as it is. */
export async function accessible(page, what) {
    // What is scrolled under the bar at the top is not out of reach.
    await page.evaluate(() => scrollTo(0, 0));
    // Evaluated rather than added as a script, which the page's security policy refuses as it should.
    await page.evaluate(await readFile(axeSource, 'utf8'));
    const found = await page.evaluate(async () => (await globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })).violations
        .map((each) => `${each.id}: ${each.help} (${each.nodes.slice(0, 3).map((node) => node.target.join(' ')).join(' | ')})`));
    assert.deepEqual(found, [], `accessibility of ${what}`);
}

/** Takes the picture of a screen for docs/console. */
export const picture = (page, name) => page.screenshot({ path: join(pictures, `${name}.png`), animations: 'disabled', caret: 'hide' });

/** Codes of every refusal on the page. */
export const refusals = async (page) => {
    await page.locator('.refusals').first().waitFor();
    return page.locator('.refusals li').evaluateAll((items) => items.map((item) => item.dataset.code));
};

/** Chooses an instrument by the code on its plate. */
export async function instrument(page, label, code) {
    const option = page.getByLabel(label).locator('option', { hasText: `${code} ·` });
    await option.waitFor({ state: 'attached' });
    await page.getByLabel(label).selectOption(await option.getAttribute('value'));
}

/** Waits for a short confirmation; each is heard once, so that the same words said before are not taken for it. */
export async function said(page, text) {
    const toast = page.locator('.toasts > div:not([data-heard])').filter({ hasText: text }).first();
    await toast.waitFor();
    await toast.evaluate((element) => { element.dataset.heard = 'true'; });
}

/** Signs what is asked in the dialog, with the person's own password; a person who signs first in this session gives the name too. */
export async function sign(page, person, { name, wrongFirst } = {}) {
    const dialog = page.locator('dialog').filter({ has: page.getByLabel('Password') });
    await dialog.getByText('What your signature says').waitFor();
    if (name) {
        await accessible(page, 'a signature');
        await picture(page, name);
    }
    const login = dialog.getByLabel('Login name');
    const type = async (password) => {
        if (await login.count() > 0) await login.fill(person.login);
        await dialog.getByLabel('Password').fill(password);
        await dialog.getByRole('button', { name: 'Sign', exact: true }).click();
    };
    if (wrongFirst) {
        await type('not the password of anybody');
        await dialog.locator('.refusals').waitFor();
        await accessible(page, 'a signature that is refused');
        assert.equal(await dialog.getByLabel('Password').inputValue(), '', 'a password does not stay in the page');
    }
    await type(stage.platform.passwords[person.login]);
}
