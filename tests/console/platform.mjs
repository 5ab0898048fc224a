// The platform with a half-played day in it, as the console meets it: a process, its web port, its people.
import { execFile, spawn } from 'node:child_process';
import { createPrivateKey, randomUUID, sign } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const repository = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const program = join(repository, 'artifacts', 'bin', 'Local', 'debug', 'Doseline.Local.dll');
export const consoleFolder = join(repository, 'gateway', 'console');
const run = promisify(execFile);
const startMillisecondsMax = 300_000;

/** The instant of the sample day at which the tests begin: doses wait for QA, batches wait for dispensing, orders are accepted. */
const instant = '2026-11-23T12:35';

async function freePort() {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address();
    server.close();
    await once(server, 'close');
    return port;
}

async function newest(folder) {
    let time = 0;
    for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
        if (entry.isFile() && !entry.parentPath.includes('generated')) time = Math.max(time, (await stat(join(entry.parentPath, entry.name))).mtimeMs);
    }
    return time;
}

/** Builds the console unless what was built is newer than its sources. */
async function build() {
    const page = join(consoleFolder, 'dist', 'index.html');
    const sources = Math.max(await newest(join(consoleFolder, 'src')), await newest(join(repository, 'protos')), (await stat(join(consoleFolder, 'package-lock.json'))).mtimeMs);
    if (existsSync(page) && (await stat(page)).mtimeMs > sources) return;
    const npm = (...args) => run('npm', args, { cwd: consoleFolder, maxBuffer: 1 << 26 });
    await npm('install', '--no-save', '--no-progress');
    await npm('run', 'build');
}

/**
 * Starts the platform; `stop` ends it and removes its data. While tests are written it can be one that runs already:
 * DOSELINE_CONSOLE_ORIGIN names its address and DOSELINE_CONSOLE_DATA its folder of data.
 */
export async function startPlatform() {
    if (process.env.DOSELINE_CONSOLE_ORIGIN) return platformAt(process.env.DOSELINE_CONSOLE_ORIGIN, process.env.DOSELINE_CONSOLE_DATA, async () => {});
    await build();
    const data = await mkdtemp(join(tmpdir(), 'doseline-console-'));
    const [app, probe, web, grpc] = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
    const results = join(repository, 'TestResults');
    await mkdir(results, { recursive: true });
    const log = createWriteStream(join(results, 'console-platform.log'));
    const child = spawn('dotnet', [
        program, 'demo', join(repository, 'samples', 'day'), '--at', instant, '--data', data,
        `--Ports:App=${app}`, `--Ports:Probe=${probe}`, `--Ports:Web=${web}`, `--Ports:Grpc=${grpc}`,
        '--Development:Tokens=true', `--Gateway:ConsoleFolder=${join(consoleFolder, 'dist')}`,
        // Thousands of orders are entered at once, by one account.
        '--Gateway:Limits:person:PerSecond=100000', '--Gateway:Limits:person:Burst=100000', '--Gateway:Limits:person:Streams=1000',
    ], {
        stdio: ['ignore', 'pipe', 'pipe'],
        // A process that lives for minutes does not earn back what the compiler spends on watching it: a third of its start.
        env: { ...process.env, DOTNET_TieredPGO: '0' },
    });
    child.stderr.pipe(log, { end: false });
    child.stdout.pipe(log, { end: false });
    const ended = once(child, 'exit');
    let stopped = false;
    const stop = async () => {
        if (stopped) return;
        stopped = true;
        // Also one that a test left frozen.
        child.kill('SIGCONT');
        child.kill('SIGTERM');
        await ended;
        log.end();
        await rm(data, { recursive: true, force: true });
    };
    try {
        await new Promise((resolve, reject) => {
            const late = setTimeout(() => reject(new Error('the platform did not start in time')), startMillisecondsMax);
            let said = '';
            child.stdout.on('data', (chunk) => {
                said += chunk;
                // The host says so once every port is open.
                if (said.includes('Application started')) { clearTimeout(late); resolve(); }
            });
            child.once('exit', (code) => { clearTimeout(late); reject(new Error(`the platform ended with ${code}; see TestResults/console-platform.log`)); });
        });
    } catch (fault) {
        await stop();
        throw fault;
    }

    // A process that hangs answers nothing and closes nothing; one that is killed is gone at once.
    const signals = { freeze: () => child.kill('SIGSTOP'), thaw: () => child.kill('SIGCONT'), kill: async () => { child.kill('SIGKILL'); await ended; } };
    return { ...await platformAt(`http://127.0.0.1:${web}`, data, stop), ...signals };
}

// Names the issuer, and is good for nothing.
const unsigned = [{ alg: 'ES256', typ: 'JWT' }, { iss: 'doseline-development', aud: 'doseline', sub: 'nobody' }].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.') + '.AAAA';

async function platformAt(origin, data, stop) {
    // Nobody has used one yet: the host makes the key when it first looks at such a token.
    const file = join(data, 'keys', 'development.pem');
    if (!existsSync(file)) await fetch(`${origin}/doseline.identity.v1.PeopleService/GetMe`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${unsigned}` }, body: '{}' });
    const key = createPrivateKey(await readFile(file));
    const passwords = JSON.parse(await readFile(join(data, 'day.people.json'), 'utf8'));
    return { origin, data, stop, passwords, call: (person, path, body) => call(origin, tokenOf(key, person), path, body) };
}

// A development token, as `Local -- token` makes it; good by the platform's clock, which shows the day that is played.
function tokenOf(key, { name, role, roles = [role], subject = `person:${name}`, sites = ['*'] }) {
    const start = Math.floor(Date.parse(`${instant}Z`) / 1000) - 24 * 3600;
    const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const text = `${part({ alg: 'ES256', typ: 'JWT' })}.${part({
        iss: 'doseline-development', aud: 'doseline', iat: start, nbf: start, exp: start + 10 * 24 * 3600, sub: subject, name, role: roles, site: sites,
    })}`;
    return `${text}.${sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

/** Calls a method with JSON, for what a test needs before it looks at a screen. Throws what was refused. */
async function call(origin, token, path, body) {
    const [service, method] = path.split('/');
    const response = await fetch(`${origin}/doseline.${service}/${method}`, {
        method: 'POST', headers: { 'content-type': 'application/json', 'connect-protocol-version': '1', authorization: `Bearer ${token}` }, body: JSON.stringify(body),
    });
    const answer = await response.json();
    if (!response.ok) throw Object.assign(new Error(`${path}: ${answer.code} ${answer.message}`), { answer });
    return answer;
}

export const id = () => randomUUID();
