// Checks in the browser, without trusting the service, that a row of the audit trail is the one that was sealed: RFC 6962 hashes, ES256 over RFC 8785.
// Ours because it is these few lines over the browser's own cryptography; docs/audit.md says which bytes are hashed.
import { toJson } from '@bufbuild/protobuf';
import { TreeHeadSchema, type AuditRecord, type TreeHead } from '../../generated/doseline/audit/v1/tree_pb';

export type Verdict = 'ok' | 'notSealed' | 'row' | 'leaf' | 'path' | 'head' | 'failed';

// .NET ticks of 1970-01-01: a row's hash covers its time as ticks of 100 ns.
const epochTicks = 621_355_968_000_000_000n;

const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text) as Uint8Array<ArrayBuffer>;
const sha256 = async (data: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> => new Uint8Array(await crypto.subtle.digest('SHA-256', data));
const hexOf = (data: Uint8Array): string => Array.from(data, (byte) => byte.toString(16).padStart(2, '0')).join('');
const bytesOf = (hex: string): Uint8Array<ArrayBuffer> => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));

function joined(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) { all.set(part, at); at += part.length; }
  return all;
}

/** Hash of a row: every field preceded by its length, so that no two rows read alike. */
export async function rowHash(row: AuditRecord): Promise<string> {
  const ticks = (row.time?.seconds ?? 0n) * 10_000_000n + BigInt(Math.floor((row.time?.nanos ?? 0) / 100)) + epochTicks;
  const fields: (string | undefined)[] = [
    row.entity, row.entityId, String(row.version), String(ticks), row.zone, String(row.offsetMinutes), row.actor, row.actorName, row.onBehalfOf, row.action, row.changes, row.reason,
    row.causationId, row.correlationId, row.signatureId, row.previousHash, ...(row.origin === undefined ? [] : [row.origin]),
  ];
  return hexOf(await sha256(utf8(fields.map((field) => (field === undefined ? '-;' : `${field.length}:${field};`)).join(''))));
}

/** Leaf of a row (RFC 6962 section 2.1). */
export const leafHash = async (rowHashHex: string): Promise<string> => hexOf(await sha256(joined(new Uint8Array([0]), bytesOf(rowHashHex))));

/** Root that a leaf and its path lead to (RFC 9162 section 2.1.3.2); null when the path has a wrong length. */
export async function rootOf(leaf: string, index: bigint, size: bigint, path: readonly string[]): Promise<string | null> {
  if (index >= size) return null;
  let [fn, sn] = [index, size - 1n];
  let hash = bytesOf(leaf);
  for (const each of path) {
    if (sn === 0n) return null;
    const next = bytesOf(each);
    if ((fn & 1n) === 1n || fn === sn) {
      hash = await sha256(joined(new Uint8Array([1]), next, hash));
      while ((fn & 1n) === 0n && fn !== 0n) { fn >>= 1n; sn >>= 1n; }
    } else {
      hash = await sha256(joined(new Uint8Array([1]), hash, next));
    }
    fn >>= 1n;
    sn >>= 1n;
  }
  return sn === 0n ? hexOf(hash) : null;
}

/** True when the key signed exactly this head. */
export async function headIsGenuine(head: TreeHead, publicKeyPem: string): Promise<boolean> {
  const der = Uint8Array.from(atob(publicKeyPem.replace(/-----[^-]+-----|\s/g, '')), (letter) => letter.charCodeAt(0));
  const key = await crypto.subtle.importKey('spki', der, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['verify']);
  const covered = { ...(toJson(TreeHeadSchema, head) as Record<string, unknown>) };
  delete covered.signature;
  delete covered.keyId;
  const signature = Uint8Array.from(atob(head.signature.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0));
  return crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key, signature, utf8(canonical(covered)));
}

// A head is flat and holds only strings (64-bit numbers are strings in proto JSON), for which RFC 8785 is sorted names without spaces.
const canonical = (flat: Record<string, unknown>): string => JSON.stringify(Object.fromEntries(Object.entries(flat).sort(([a], [b]) => (a < b ? -1 : 1))));
