// The databases behind the platform, for what no person can ask for: traces of a fault, or a day far longer than a test may take.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { stage } from './console.mjs';

const run = promisify(execFile);

/** Runs statements on the database of a service; rows as objects. */
export async function sql(service, text) {
    const { stdout } = await run('sqlite3', ['-json', '-cmd', '.timeout 10000', join(stage.platform.data, `${service}.db`), text]);
    return stdout ? JSON.parse(stdout) : [];
}
