// Draws charts/doseline/VALUES.md: each value with its default, from values.yaml, and what it may be, from values.schema.json; with "check",
// changes nothing and ends with an error where the page is not what the two say.
import { readFileSync, writeFileSync } from 'node:fs';
import { parse } from 'yaml';

const chart = new URL('../../charts/doseline/', import.meta.url);
const values = parse(readFileSync(new URL('values.yaml', chart), 'utf8'));
const schema = JSON.parse(readFileSync(new URL('values.schema.json', chart), 'utf8'));

// What a schema says in one piece: what it refers to, and all that must hold at once.
function whole(one) {
  if (!one) return {};
  const parts = [one.$ref ? whole(schema.definitions[one.$ref.split('/').at(-1)]) : {}, ...(one.allOf ?? []).map(whole)];
  const { $ref, allOf, ...own } = one;
  return [...parts, own].reduce((a, b) => {
    const properties = { ...a.properties };
    for (const [key, one] of Object.entries(b.properties ?? {})) properties[key] = { ...properties[key], ...one };
    return { ...a, ...b, properties };
  }, {});
}

function kindOf(one) {
  if (one.enum) return one.enum.map((word) => `\`${word}\``).join(', ');
  const type = [one.type ?? []].flat().join(' or ');
  if (one.type === 'array') return one.items?.enum || one.items?.$ref === '#/definitions/name' ? 'list of services' : 'list';
  if (one.type === 'object') return 'map';
  const limits = [one.minimum !== undefined && `from ${one.minimum}`, one.exclusiveMinimum !== undefined && `above ${one.exclusiveMinimum}`, one.maximum !== undefined && `to ${one.maximum}`].filter(Boolean).join(' ');
  return limits ? `${type}, ${limits}` : type;
}

const rows = [];
function walk(name, one, value) {
  const known = whole(one);
  const inner = Object.entries(known.properties ?? {});
  if (known.type === 'object' && inner.length > 0 && value !== undefined) {
    for (const [key, child] of inner) walk(`${name}.${key}`, child, value?.[key]);
    return;
  }
  rows.push([name, kindOf(known), value === undefined ? '' : `\`${JSON.stringify(value).replaceAll('|', '\\|')}\``, known.description ?? '']);
}

for (const [key, one] of Object.entries(schema.properties)) {
  if (key === 'global') continue;
  if (key === 'services') {
    for (const [service, own] of Object.entries(values.services)) rows.push([`services.${service}`, 'as defaults', `\`${JSON.stringify(own)}\``, 'What differs from the defaults.']);
  } else walk(key, one, values[key]);
}

const page = `# Values

Drawn from \`values.yaml\` and \`values.schema.json\` by \`node tests/chart/values.mjs\`; a key that is not here is refused. A block of \`services\` may have every key of \`defaults\`.

| Value | May be | Default | What |
| --- | --- | --- | --- |
${rows.map((row) => `| \`${row[0]}\` | ${row.slice(1).join(' | ')} |`).join('\n')}
`;
const file = new URL('VALUES.md', chart);
if (process.argv[2] !== 'check') writeFileSync(file, page);
else if (readFileSync(file, 'utf8') !== page) {
  console.error('charts/doseline/VALUES.md is not what the values say: node tests/chart/values.mjs');
  process.exitCode = 1;
}
