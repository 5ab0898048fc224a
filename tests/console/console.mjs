// What every test of the console stands on: one platform, one browser, pages of people, and looks at what they show.
import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test as nodeTest } from 'node:test';
import { chromium } from 'playwright-core';
import { repository, startPlatform } from './platform.mjs';

const chromiumPath = process.env.DOSELINE_CHROMIUM ?? '/usr/bin/chromium';
const axeSource = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const pictures = join(repository, 'docs', 'console');
// The first test waits for the platform to play its morning.
const testMillisecondsMax = 600_000;

/** Set before the first test. */
export const stage = { platform: undefined, browser: undefined, sessions: false };

before(async () => {
    stage.platform = await startPlatform();
    // A gateway without sessions knows nobody; there is then nothing to look at.
    stage.sessions = (await fetch(`${stage.platform.origin}/session`)).headers.get('content-type')?.includes('json') ?? false;
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
    if (!stage.sessions && !process.env.DOSELINE_CONSOLE_ORIGIN) return context.skip('the gateway keeps no sessions');
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

/** Calls a method as a person, with JSON. */
export const call = (person, path, body) => stage.platform.call(person, path, body);

/** Opens a page as a person does. What the page reports as an error fails the test when it is closed with `done`. */
export async function open(person, path, { siteId = 'bos', unit = 'GBq', theme = 'light', width = 1280, height = 800 } = {}) {
    const context = await stage.browser.newContext({
        viewport: { width, height }, locale: 'en-GB', colorScheme: theme === 'dark' ? 'dark' : 'light', reducedMotion: 'reduce',
        extraHTTPHeaders: { authorization: `Bearer ${stage.platform.token(person)}` },
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
    await page.locator('#screen h1').waitFor();
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

/** Waits for a short confirmation. */
export const said = (page, text) => page.locator('.toasts').getByText(text).first().waitFor();

/** Signs what is asked in the dialog. A development token signs with whatever is typed; Identity's own tests are about passwords. */
export async function sign(page, person, { name } = {}) {
    const dialog = page.locator('dialog').filter({ has: page.getByLabel('Password') });
    await dialog.waitFor();
    await dialog.getByText('You declare').waitFor();
    if (name) {
        await accessible(page, 'a signature');
        await picture(page, name);
    }
    const login = dialog.getByLabel('Login name');
    if (await login.count() > 0) await login.fill(person.name.toLowerCase().replace(' ', '.'));
    await dialog.getByLabel('Password').fill('of the development token');
    await dialog.getByRole('button', { name: 'Sign', exact: true }).click();
}
