import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/transport';
import { mayCall } from '../../api/policy';
import { problemOf } from '../../api/refusals';
import { useSession } from '../../app/session';
import { AuditService } from '../../generated/doseline/audit/v1/audit_pb';
import type { AuditRecord } from '../../generated/doseline/audit/v1/tree_pb';
import { Id, Time } from '../../ui/Figures';
import { Badge, Empty, Loading, Note, Panel } from '../../ui/Panel';
import { Refusals } from '../../ui/Refusals';
import { Table } from '../../ui/Table';
import { millis } from '../../physics/time';
import { traceTexts as t } from '../../text/trace';
import { attempt } from './find';
import { headIsGenuine, leafHash, rootOf, rowHash, type Verdict } from './proof';

const services = ['orders', 'execution', 'inventory', 'quality', 'labeling', 'shipping', 'waste'] as const;

interface Row { readonly service: string; readonly record: AuditRecord }

/** Every row of the audit trail about one thing, each checked against the sealed tree in the browser. */
export function AuditPanel({ kind, id }: { kind: string; id: string }) {
  const { roles } = useSession();
  const may = mayCall(AuditService.method.searchTrail, roles);
  const [verdicts, setVerdicts] = useState<ReadonlyMap<string, Verdict>>(new Map());
  const [heads, setHeads] = useState<readonly string[]>([]);
  const [busy, setBusy] = useState(false);
  const trail = useQuery({
    queryKey: [AuditService.typeName, 'trail of', id], enabled: may, retry: false, structuralSharing: false,
    queryFn: async () => {
      const found = await Promise.all(services.map(async (service) => ((await attempt(AuditService.method.searchTrail, { service, filter: { entityId: id }, pageSize: 200 }))?.records ?? []).map((record): Row => ({ service, record }))));
      return found.flat().sort((a, b) => (millis(a.record.time) ?? 0) - (millis(b.record.time) ?? 0));
    },
  });
  const rows = trail.data ?? [];
  const check = async () => {
    setBusy(true);
    const used: string[] = [];
    for (const service of new Set(rows.map((row) => row.service))) {
      const found = await verify(service, rows.filter((row) => row.service === service).map((row) => row.record));
      if (found.head) used.push(found.head);
      setVerdicts((old) => new Map([...old, ...found.verdicts]));
    }
    setHeads(used);
    setBusy(false);
  };
  const ok = [...verdicts.values()].filter((each) => each === 'ok').length;
  return (
    <Panel flush title={t.audit} aside={may && rows.length > 0 && <button type="button" className="button" aria-disabled={busy || undefined} onClick={() => !busy && void check()}>{busy ? t.checking : t.check}</button>}>
      {!may && <Empty>{t.auditRoles}</Empty>}
      {may && <div className="inset">
        <p className="soft small">{t.auditLead(kind)}</p>
        {verdicts.size > 0 && !busy && <Note tone={ok === rows.length ? 'ok' : 'warn'} title={t.summary(ok, rows.length)}>{t.checkedAgainst}: {heads.join(' · ')}</Note>}
        {trail.error && <Refusals problem={problemOf(trail.error)} />}
        {trail.isPending && <Loading />}
      </div>}
      {may && trail.data && <Table<Row>
        rows={rows} label={t.audit} rowKey={(row) => keyOf(row.service, row.record)} empty={t.noAudit}
        columns={[
          { title: t.columns.time, cell: ({ record }) => <Time at={record.time} day="always" /> },
          { title: t.columns.service, cell: ({ service }) => service },
          { title: t.columns.entity, cell: ({ record }) => `${record.entity} ${record.version}` },
          { title: t.columns.who, cell: ({ record }) => record.actorName || record.actor },
          { title: t.columns.change, cell: ({ record }) => <Changes of={record} /> },
          { title: t.columns.reason, cell: ({ record }) => record.reason },
          { title: t.columns.signature, cell: ({ record }) => record.signatureId && <Id of={record.signatureId} /> },
          { title: t.columns.proof, cell: ({ service, record }) => <Proof verdict={verdicts.get(keyOf(service, record))} /> },
        ]}
      />}
    </Panel>
  );
}

const keyOf = (service: string, record: AuditRecord): string => `${service}/${record.seq}`;

function Proof({ verdict }: { verdict: Verdict | undefined }) {
  if (!verdict) return null;
  return <Badge tone={verdict === 'ok' ? 'ok' : verdict === 'notSealed' || verdict === 'failed' ? 'warn' : 'stop'}>{t.proofs[verdict]}</Badge>;
}

function Changes({ of }: { of: AuditRecord }) {
  let changes: [string, unknown][] = [];
  try {
    changes = Object.entries(JSON.parse(of.changes) as Record<string, unknown>);
  } catch {
    return <span className="mono small">{of.changes}</span>;
  }
  return (
    <details className="small">
      <summary>{of.action === 'insert' ? t.insert : t.update}: {changes.slice(0, 4).map(([name]) => name).join(', ')}{changes.length > 4 ? ' …' : ''}</summary>
      <dl className="changes-list">{changes.map(([name, values]) => <div key={name}><dt>{name}</dt><dd className="mono">{JSON.stringify(values)}</dd></div>)}</dl>
    </details>
  );
}

// One head for all rows of a service; each row by its own hash, its leaf, its path.
async function verify(service: string, records: readonly AuditRecord[]): Promise<{ verdicts: Map<string, Verdict>; head: string }> {
  const verdicts = new Map<string, Verdict>();
  const sealed = await attempt(AuditService.method.getTreeHead, { service });
  const head = sealed?.head;
  let genuine = false;
  try {
    genuine = head !== undefined && await headIsGenuine(head, sealed!.publicKeyPem);
  } catch {
    genuine = false;
  }
  for (const record of records) {
    let verdict: Verdict;
    try {
      const proof = head && await call(AuditService.method.getInclusionProof, { service, seq: record.seq, treeSize: head.treeSize }).catch((fault: unknown) => { if (problemOf(fault).uncertain) throw fault; return undefined; });
      if (!head || !proof) verdict = 'notSealed';
      else if ((await rowHash(record)) !== record.hash) verdict = 'row';
      else if ((await leafHash(record.hash)) !== proof.leafHash) verdict = 'leaf';
      else if ((await rootOf(proof.leafHash, proof.leafIndex, proof.treeSize, proof.proof)) !== head.rootHash) verdict = 'path';
      else verdict = genuine ? 'ok' : 'head';
    } catch {
      verdict = 'failed';
    }
    verdicts.set(keyOf(service, record), verdict);
  }
  return { verdicts, head: head ? t.head(service, String(head.number), String(head.treeSize)) : '' };
}
