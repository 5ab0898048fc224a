// Writes package-lock.json without the addresses of a registry: the machine says where its registry is.
// Run after changing package.json: node lock.mjs
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const path = new URL('package-lock.json', import.meta.url);
execFileSync('npm', ['install', '--package-lock-only'], { cwd: import.meta.dirname, stdio: 'inherit' });
const lock = JSON.parse(readFileSync(path, 'utf8'));
for (const entry of Object.values(lock.packages)) delete entry.resolved;
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
