// Names the slowest tests of a run. Arguments: the folder of results, how many.
import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

const [folder, most] = process.argv.slice(2);
const tests = [];

// .NET: <UnitTestResult … testName="Doseline.Orders.Tests.PlacingTests.An_order(code: …)" … duration="00:00:01.2345678"
const seconds = (span) => span.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
for (const file of readdirSync(folder).filter((name) => name.endsWith('.trx'))) {
    for (const [line] of readFileSync(join(folder, file), 'utf8').matchAll(/<UnitTestResult [^>]*>/g)) {
        const name = /testName="([^"]*)"/.exec(line)[1].replaceAll('&quot;', '"').replaceAll('&amp;', '&');
        const duration = /duration="([^"]*)"/.exec(line);
        if (duration) tests.push({ seconds: seconds(duration[1]), name: `${basename(file, '.trx')}: ${name.replace(/^Doseline\.[A-Za-z]+\.Tests\./, '')}` });
    }
}

// Node: an "ok 1 - title" is followed by its "duration_ms".
for (const file of readdirSync(folder).filter((name) => name.endsWith('.log'))) {
    for (const [, name, duration] of readFileSync(join(folder, file), 'utf8').matchAll(/^(?:not )?ok \d+ - (.*)\n {2}---\n {2}duration_ms: ([\d.]+)/gm))
        tests.push({ seconds: duration / 1000, name: `${basename(file, '.log')}: ${name}` });
}

tests.sort((a, b) => b.seconds - a.seconds);
for (const test of tests.slice(0, Number(most))) console.log(`${test.seconds.toFixed(1).padStart(7)} s  ${test.name.slice(0, 160)}`);
