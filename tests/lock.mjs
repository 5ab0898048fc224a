// Writes package-lock.json without the addresses of a registry: the machine says where its registry is.
// Run after changing a package.json: node lock.mjs, or with its folder beside this file: node lock.mjs chart
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const folder = path.join(import.meta.dirname, process.argv[2] ?? '.');
const file = path.join(folder, 'package-lock.json');
execFileSync('npm', ['install', '--package-lock-only', '--ignore-scripts'], { cwd: folder, stdio: 'inherit' });
const lock = JSON.parse(readFileSync(file, 'utf8'));
for (const entry of Object.values(lock.packages)) delete entry.resolved;
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
