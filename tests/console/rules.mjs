// Rules by which the console writes figures, tried without a browser: instants, amounts of activity.
import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { consoleFolder } from './platform.mjs';

let vite, time, units;
before(async () => {
    const { createServer } = await import(pathToFileURL(createRequire(join(consoleFolder, 'package.json')).resolve('vite')));
    vite = await createServer({ root: consoleFolder, server: { middlewareMode: true, hmr: false, ws: false }, appType: 'custom', optimizeDeps: { noDiscovery: true }, logLevel: 'error' });
    [time, units] = [await vite.ssrLoadModule('/src/physics/time.ts'), await vite.ssrLoadModule('/src/physics/units.ts')];
});
after(() => vite?.close());

test('An instant names its zone, its date where it is not today there, and its year where it is not this one there', () => {
    const now = Date.parse('2026-11-23T17:35:00Z');
    for (const [at, zone, text, style] of [
        ['2026-11-23T19:30:00Z', 'America/New_York', '14:30 EST'],
        ['2026-11-24T19:30:00Z', 'America/New_York', 'Tue 24 Nov 14:30 EST'],
        ['2027-03-16T18:30:00Z', 'America/New_York', 'Tue 16 Mar 2027 14:30 EDT'],
        ['2025-12-31T12:00:00Z', 'Europe/Amsterdam', 'Wed 31 Dec 2025 13:00 GMT+1'],
        ['2026-11-23T23:30:00Z', 'Europe/Amsterdam', 'Tue 24 Nov 00:30 GMT+1'],
        ['2026-11-23T19:30:00Z', 'UTC', '19:30 UTC'],
        ['2026-11-23T19:30:15Z', 'UTC', '19:30:15 UTC', { seconds: true }],
        ['2026-11-23T19:30:15Z', 'America/New_York', 'Mon 23 Nov 14:30:15 EST', { day: 'always', seconds: true }],
        ['2027-01-01T02:00:00Z', 'America/New_York', 'Thu 31 Dec 21:00 EST'],
        ['2027-01-01T02:00:00Z', 'UTC', 'Fri 1 Jan 2027 02:00 UTC'],
    ]) assert.equal(time.momentText(Date.parse(at), zone, now, style), text);
});

test('What is written reads back to its minute, over years and zones', () => {
    const now = Date.parse('2026-11-23T17:35:00Z');
    const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
    let seed = 1;
    const random = (n) => { seed = (seed * 48271) % 2147483647; return seed % n; };
    for (const zone of ['UTC', 'America/New_York', 'Europe/Amsterdam', 'Asia/Kolkata', 'Australia/Lord_Howe']) {
        for (let i = 0; i < 300; i++) {
            const at = now + (random(3 * 365 * 24 * 60) - 365 * 24 * 60) * 60_000;
            const { day, clock, zone: named } = time.moment(at, zone, now);
            assert.notEqual(named, '');
            const [, date, month, year] = day.split(' ');
            const today = time.dateText(now, zone);
            const said = day === '' ? today : `${year ?? today.slice(0, 4)}-${String(months.indexOf(month) + 1).padStart(2, '0')}-${date.padStart(2, '0')}`;
            // Twice in a year clocks show an hour again; the zone's name tells which.
            assert.ok(time.readings(`${said}T${clock}`, zone).includes(Math.floor(at / 60_000) * 60_000), `${day} ${clock} ${named} for ${new Date(at).toISOString()} in ${zone}`);
        }
    }
});

test('Once the rules of a zone are told, every time in it is read by them and not by the browser, and the same instant in two zones round-trips [A075]', () => {
    // Nobody's rules, so that a browser's own would show: clocks that go forward by 90 minutes in 2026 and back in November.
    const [spring, autumn] = [Date.parse('2026-03-10T10:00:00Z'), Date.parse('2026-11-24T10:00:00Z')];
    const told = (offset, name) => [{ from: -Infinity, offsetMs: offset, name }, { from: spring, offsetMs: offset + 90 * 60_000, name: `${name}S` }, { from: autumn, offsetMs: offset, name }];
    time.takeZone('Pacific/Apia', told(3 * 3_600_000, 'AAT'));
    time.takeZone('Pacific/Niue', told(-4.5 * 3_600_000, time.offsetName(-4.5 * 3_600_000)));
    const now = Date.parse('2026-11-23T17:35:00Z');
    assert.equal(time.momentText(now, 'Pacific/Apia', now), '22:05 AATS');
    assert.equal(time.momentText(Date.parse('2026-11-24T10:00:00Z'), 'Pacific/Apia', now, { seconds: true }), 'Tue 24 Nov 13:00:00 AAT');
    assert.equal(time.momentText(Date.parse('2026-01-02T00:00:00Z'), 'Pacific/Niue', now), 'Thu 1 Jan 19:30 UTC-04:30');
    assert.equal(time.offsetText(now, 'Pacific/Niue'), '-03:00');
    assert.deepEqual(time.readings('2026-03-10T13:30', 'Pacific/Apia'), [], 'a time that these rules skip');
    assert.equal(time.readings('2026-11-24T13:30', 'Pacific/Apia').length, 2, 'a time that they double');
    let seed = 7;
    const random = (n) => { seed = (seed * 48271) % 2147483647; return seed % n; };
    for (let i = 0; i < 2000; i++) {
        const at = Date.parse('2025-12-01T00:00:00Z') + random(500 * 24 * 60) * 60_000;
        const [one, other] = ['Pacific/Apia', 'Pacific/Niue'].map((zone) => time.instantOf(time.fieldText(at, zone), zone));
        assert.deepEqual([one, other], [at, at], new Date(at).toISOString());
    }
});

test('No screen writes an instant in another way', async () => {
    // Axes have marks; a field has what a browser's input takes.
    const allowed = /physics[/\\]time\.ts$|ui[/\\]timescale\.ts$|app[/\\]Clock\.tsx$|ui[/\\]Fields\.tsx$|ui[/\\]PromiseLine\.tsx$/;
    const offenders = [];
    for (const entry of await readdir(join(consoleFolder, 'src'), { withFileTypes: true, recursive: true })) {
        const file = join(entry.parentPath, entry.name);
        if (!entry.isFile() || !/\.tsx?$/.test(file) || file.includes('generated') || allowed.test(file)) continue;
        if (/\b(clockText|secondsText|dateText|dayText|zoneText|toLocale(Date|Time)String|DateTimeFormat)\b/.test(await readFile(file, 'utf8'))) offenders.push(file);
    }
    assert.deepEqual(offenders, []);
});

test('An amount is read in the unit usual for its nuclide, or in the one the person chose', () => {
    for (const [bq, choice, nuclide, text] of [
        [8e6, 'natural', 'Ac-225', '8 MBq'], [7.4e9, 'natural', 'Lu-177', '7.4 GBq'], [720, 'natural', 'Lu-177', '720 Bq'], [0, 'natural', 'Lu-177', '0 GBq'], [5e4, 'natural', 'Ac-227', '50 kBq'],
        [1e12, 'natural', undefined, '1 TBq'], [8e6, 'GBq', 'Ac-225', '0.008 GBq'], [37e6, 'mCi', 'Lu-177', '1 mCi'], [720, 'GBq', 'Lu-177', '720 Bq'],
    ]) assert.equal(units.activityText(bq, choice, nuclide), text);
});
