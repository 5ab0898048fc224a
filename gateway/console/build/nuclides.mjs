// Writes src/generated/nuclides.ts from the half-lives the services decay with, so that the console and the record agree.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const data = join(import.meta.dirname, '../../../services/Kernel/Decay/Data');
const files = readdirSync(data).filter((name) => name.endsWith('.csv')).sort();
const newest = files[files.length - 1];
// Seconds per unit; the year is the tropical year of NUBASE2020, as in services/Kernel/Decay/HalfLife.cs.
const year = 365.2422 * 86400;
const units = { ns: 1e-9, us: 1e-6, ms: 1e-3, s: 1, m: 60, h: 3600, d: 86400, y: year, ky: year * 1e3, My: year * 1e6, Gy: year * 1e9, Ey: year * 1e18 };

const [header, ...lines] = readFileSync(join(data, newest), 'utf8').trim().split('\n').map((line) => line.split(','));
const column = (name) => header.indexOf(name);
const nuclides = lines
  .filter((line) => line[column('kind')] === 'radioactive')
  .map((line) => [line[column('symbol')], Number(line[column('half_life')]) * units[line[column('half_life_unit')]]]);
for (const [symbol, seconds] of nuclides) if (!(seconds > 0)) throw new Error(`${newest}: no half-life of ${symbol}`);

const out = join(import.meta.dirname, '../src/generated');
mkdirSync(out, { recursive: true });
writeFileSync(join(out, 'nuclides.ts'), `// Made by build/nuclides.mjs.
export const dataVersion = ${JSON.stringify(basename(newest, '.csv'))};
export const halfLifeSeconds: Record<string, number> = ${JSON.stringify(Object.fromEntries(nuclides), null, 1)};
`);
