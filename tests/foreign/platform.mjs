// The platform as a stranger meets it: a process that listens, protos to read, tokens from the command line.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';

export const repository = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const protos = join(repository, 'protos');
const program = join(repository, 'artifacts', 'bin', 'Local', 'debug', 'Doseline.Local.dll');
const startMillisecondsMax = 180_000;
const stopMillisecondsMax = 15_000;

// proto-loader brings protobufjs; the details of a status are decoded with it.
const protobuf = createRequire(createRequire(import.meta.url).resolve('@grpc/proto-loader'))('protobufjs');

/** Loads proto files as grpc-js packages. */
export function load(...files) {
    return grpc.loadPackageDefinition(protoLoader.loadSync(files, { includeDirs: [protos], keepCase: true, longs: String, enums: String, defaults: true, oneofs: true }));
}

const details = new protobuf.Root();
details.resolvePath = (_, target) => join(protos, target);
details.loadSync(['google/rpc/status.proto', 'google/rpc/error_details.proto', 'doseline/common/v1/refusal.proto'], { keepCase: true });

/** The rich status of a failed call: its details by type name, each as an object. */
export function richStatusOf(error) {
    const [bytes] = error.metadata.get('grpc-status-details-bin');
    if (!bytes) return null;
    const status = details.lookupType('google.rpc.Status').decode(bytes);
    const byType = {};
    for (const any of status.details) {
        const name = any.type_url.slice(any.type_url.lastIndexOf('/') + 1);
        const type = details.lookupType(name);
        byType[name] = type.toObject(type.decode(any.value), { longs: String, defaults: true });
    }
    return { code: status.code, message: status.message, bytes: bytes.length, details: byType };
}

/** The reasons of a refused call. */
export const refusalsOf = error => richStatusOf(error)?.details['doseline.common.v1.Refusals']?.reasons ?? [];

async function freePort() {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address();
    server.close();
    await once(server, 'close');
    return port;
}

async function listens(port) {
    const socket = connect(port, '127.0.0.1');
    try {
        await once(socket, 'connect');
        return true;
    } catch {
        return false;
    } finally {
        socket.destroy();
    }
}

/** Starts the platform on free ports with databases and keys of its own, and with further settings. */
export async function start(...further) {
    if (!existsSync(program)) throw new Error(`${program} is not there; build the solution first`);
    const folder = await mkdtemp(join(tmpdir(), 'doseline-foreign-'));
    const [app, probe, web, partner] = [await freePort(), await freePort(), await freePort(), await freePort()];
    const settings = [`--Data:Directory=${folder}`, `--Keys:Directory=${join(folder, 'keys')}`, '--Development:Tokens=true'];
    const server = spawn('dotnet', [program, `--Ports:App=${app}`, `--Ports:Probe=${probe}`, `--Ports:Web=${web}`, `--Ports:Grpc=${partner}`, ...settings, ...further], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    let log = '';
    for (const stream of [server.stdout, server.stderr]) stream.on('data', text => { log = (log + text).slice(-20_000); });
    const exited = once(server, 'exit');

    async function stop() {
        if (server.exitCode === null) {
            server.kill('SIGTERM');
            const late = setTimeout(() => server.kill('SIGKILL'), stopMillisecondsMax);
            await exited;
            clearTimeout(late);
        }
        await rm(folder, { recursive: true, force: true });
    }

    const until = Date.now() + startMillisecondsMax;
    const ready = async () => await listens(probe) && (await fetch(`http://127.0.0.1:${probe}/healthz/ready`)).ok;
    while (!await ready()) {
        if (server.exitCode !== null || Date.now() > until) {
            await stop();
            throw new Error(`the platform did not start:\n${log}`);
        }
        await delay(200);
    }

    return {
        address: `127.0.0.1:${app}`,
        probe: `http://127.0.0.1:${probe}`,
        /** The gateway: the web port, and the port of partners' gRPC. */
        web: `http://127.0.0.1:${web}`,
        partner: `127.0.0.1:${partner}`,
        log: () => log,
        /** Where its keys lie, private halves among them. */
        keys: join(folder, 'keys'),
        stop,
        /** A token from the command line, as an administrator would make one. */
        async token(name, ...roles) {
            const { stdout } = await promisify(execFile)('dotnet', [program, 'token', '--name', name, ...roles.flatMap(r => ['--role', r]), ...settings], { timeout: 60_000 });
            return stdout.trim();
        },
    };
}

/** A client whose methods return promises; every call carries the token and a deadline. */
export function client(Service, address, token, seconds = 20) {
    const stub = new Service(address, grpc.credentials.createInsecure());
    const metadata = () => {
        const made = new grpc.Metadata();
        if (token) made.set('authorization', `Bearer ${token}`);
        return made;
    };
    return new Proxy(stub, {
        get(target, name) {
            if (name === 'close') return () => target.close();
            const method = Service.service[name];
            if (!method) return target[name];
            const deadline = at => ({ deadline: Date.now() + (at ?? seconds) * 1000 });
            if (method.responseStream) return (request, at) => method.requestStream ? target[name](metadata(), deadline(at)) : target[name](request, metadata(), deadline(at));
            return (request, at) => new Promise((resolve, reject) =>
                target[name](request, metadata(), deadline(at), (error, answer) => error ? reject(error) : resolve(answer)));
        },
    });
}
