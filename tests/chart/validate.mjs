// Holds rendered objects against the schemas of their makers, strictly: a field that the schema does not know is a fault, as it is to
// `kubectl apply --validate=strict`. Prints a line for each fault, and ends with an error where there is one.
//
//   node validate.mjs FILE…
//
// DOSELINE_SCHEMAS   folder with Dapr's CRDs in dapr/; without it, what they require is asked for by dapr-required.json
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import { parseAllDocuments } from 'yaml';

// Which package knows a group; the groups of Kubernetes itself are all in one.
const packages = {
  'external-secrets.io': '@kubernetes-models/external-secrets',
  'gateway.networking.k8s.io': '@kubernetes-models/gateway-api',
  'cert-manager.io': '@kubernetes-models/cert-manager',
  'monitoring.coreos.com': '@kubernetes-models/prometheus-operator',
};

const kinds = new Map();

async function kindOf({ apiVersion, kind }) {
  const known = `${apiVersion}/${kind}`;
  if (!kinds.has(known)) {
    const module = `${packages[apiVersion.split('/')[0]] ?? 'kubernetes-models'}/${apiVersion}/${kind}`;
    kinds.set(known, await import(module).then((found) => found[kind], () => null));
  }
  return kinds.get(known);
}

// The packages' validators read every field that a schema names and no other, so what was not read is what it does not know.
function watched(value, at, read) {
  if (value === null || typeof value !== 'object') return value;
  return new Proxy(value, {
    get(target, key) {
      const child = Reflect.get(target, key);
      if (typeof key !== 'string' || !Object.hasOwn(target, key)) return child;
      read.add(`${at}/${key}`);
      return watched(child, `${at}/${key}`, read);
    },
  });
}

function* unread(value, at, read) {
  if (value === null || typeof value !== 'object') return;
  for (const [key, child] of Object.entries(value)) {
    if (read.has(`${at}/${key}`)) yield* unread(child, `${at}/${key}`, read);
    else yield `${at}/${key} is not known`;
  }
}

async function* faultsOf(object) {
  if (object.apiVersion?.startsWith('dapr.io/')) {
    yield* dapr(object);
    return;
  }
  const kind = await kindOf(object);
  if (!kind) {
    yield `nobody knows a ${object.kind} of ${object.apiVersion}`;
    return;
  }
  const read = new Set();
  try {
    kind.prototype.validate.call(watched(object, '', read));
  } catch (fault) {
    yield fault.message;
  }
  yield* unread(object, '', read);
}

const folder = process.env.DOSELINE_SCHEMAS && path.join(process.env.DOSELINE_SCHEMAS, 'dapr');
const dapr = folder && existsSync(folder) ? bySchemas(folder) : byHand();

function bySchemas(from) {
  const ajv = new Ajv({ allErrors: true, strict: false });
  addFormats(ajv);
  const schemas = new Map();
  for (const file of readdirSync(from).filter((name) => name.endsWith('.yaml'))) {
    const { spec } = parseAllDocuments(readFileSync(path.join(from, file), 'utf8'))[0].toJS();
    for (const version of spec.versions) schemas.set(`${spec.group}/${version.name}/${spec.names.kind}`, ajv.compile(closed(version.schema.openAPIV3Schema, true)));
  }
  return function* faults(object) {
    const valid = schemas.get(`${object.apiVersion}/${object.kind}`);
    if (!valid) yield `Dapr knows no ${object.kind} of ${object.apiVersion}`;
    else if (!valid(object)) yield* valid.errors.map((e) => `${e.instancePath} ${e.message}${e.params.additionalProperty ? `: ${e.params.additionalProperty}` : ''}`);
  };
}

// As the API server does: fields that a schema does not name are dropped, which here is a fault.
function closed(schema, top = false) {
  const { properties, items, additionalProperties, ...rest } = schema;
  if (rest['x-kubernetes-preserve-unknown-fields']) return {};
  const result = { ...rest };
  if (items) result.items = closed(items);
  if (additionalProperties && typeof additionalProperties === 'object') result.additionalProperties = closed(additionalProperties);
  if (properties) {
    result.properties = Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, top && name === 'metadata' ? {} : closed(one)]));
    result.additionalProperties = false;
  }
  return result;
}

function byHand() {
  const required = JSON.parse(readFileSync(new URL('dapr-required.json', import.meta.url), 'utf8'));
  return function* faults(object) {
    if (!required[object.kind]) yield `Dapr knows no ${object.kind}`;
    for (const [where, names] of Object.entries(required[object.kind] ?? {})) {
      for (const [at, found] of places(object, where.split('.').filter(Boolean), '')) {
        for (const name of names) if (found[name] === undefined) yield `${at} must have required property '${name}'`;
      }
    }
  };
}

// Every place of a path, where `*` is each of a list or map; a place that is not there needs nothing.
function* places(value, [step, ...rest], at) {
  if (value === null || typeof value !== 'object') return;
  if (step === undefined) yield [at, value];
  else if (step === '*') for (const [key, child] of Object.entries(value)) yield* places(child, rest, `${at}/${key}`);
  else yield* places(value[step], rest, `${at}/${step}`);
}

let faulty = false;
for (const file of process.argv.slice(2)) {
  // YAML 1.1, as the API server reads it: `on` is true there.
  for (const document of parseAllDocuments(readFileSync(file, 'utf8'), { version: '1.1' })) {
    for (const error of document.errors) report(file, 'YAML', error.message);
    const object = document.toJS();
    if (object === null || document.errors.length > 0) continue;
    for await (const fault of faultsOf(object)) report(file, `${object.kind}/${object.metadata?.name}`, fault);
  }
}
process.exitCode = faulty ? 1 : 0;

function report(file, object, fault) {
  faulty = true;
  console.log(`${path.basename(file)}: ${object}: ${fault}`);
}
