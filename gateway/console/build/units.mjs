// Writes src/generated/units.ts from the units that the services convert by.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const table = readFileSync(join(import.meta.dirname, '../../../services/Kernel/Units/Data/units.csv'), 'utf8');
const activities = table.trim().split('\n').slice(1).map((line) => line.split(',')).filter(([, dimension]) => dimension === 'Activity');
const factors = activities.map(([symbol, , multiple, power]) => `  ${JSON.stringify(symbol)}: ${multiple}e${power},`);

const natural = readFileSync(join(import.meta.dirname, '../../../services/Kernel/Units/Data/natural.csv'), 'utf8').trim().split('\n').slice(1).map((line) => line.split(','));
const base = activities.filter(([, , multiple]) => multiple === '1').sort((a, b) => b[3] - a[3]);

const out = join(import.meta.dirname, '../src/generated');
mkdirSync(out, { recursive: true });
writeFileSync(join(out, 'units.ts'), `// Made by build/units.mjs.
/** Becquerels in one unit, exactly. */
export const becquerels = {
${factors.join('\n')}
} as const;

/** The unit that is usual for a nuclide. */
export const naturalUnits: Readonly<Record<string, keyof typeof becquerels>> = {
${natural.map(([nuclide, unit]) => `  ${JSON.stringify(nuclide)}: ${JSON.stringify(unit)},`).join('\n')}
};

/** Becquerels and their thousands, greatest first. */
export const prefixed: readonly (keyof typeof becquerels)[] = ${JSON.stringify(base.map(([symbol]) => symbol))};
`);
