// Writes src/generated/currencies.ts from the currencies that the services count in.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const table = readFileSync(join(import.meta.dirname, '../../../services/Kernel/Money/Data/iso4217.csv'), 'utf8');
const rows = table.trim().split('\n').slice(1).map((line) => line.split(','));

const out = join(import.meta.dirname, '../src/generated');
mkdirSync(out, { recursive: true });
writeFileSync(join(out, 'currencies.ts'), `// Made by build/currencies.mjs.
/** Digits after the point of each currency of ISO 4217. */
export const minorDigits: Readonly<Record<string, number>> = {
${rows.map(([code, digits]) => `  ${code}: ${digits},`).join('\n')}
};
`);
