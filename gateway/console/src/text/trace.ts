/** Texts of the trace. */
export const traceTexts = {
  lead: 'From any number the whole story: from receipt to patient to waste, with who signed, and a proof that the record is as it was written.',
  ask: 'Scan or type any number: dose, order, batch, lot, package, seal, tracking number, label, waste item or container.', go: 'Trace', code: 'Number',
  notFound: (code: string) => `Nothing here has the number “${code}”.`, scanNotFound: 'Nothing here has the number that was scanned.', notFoundHint: 'Numbers are taken as they are printed. What belongs to a site you have no rights at is not shown.',
  kinds: { lot: 'Lot', batch: 'Batch', dose: 'Dose', order: 'Order', package: 'Package', label: 'Label', waste: 'Waste', container: 'Container' },
  stages: { lot: 'Material', batch: 'Production', dose: 'Doses', package: 'Transport', order: 'For', waste: 'Waste' },
  nothingYet: 'nothing yet', chain: 'Where it came from, where it went', story: 'What happened', open: (kind: string) => `Open ${kind.toLowerCase()}`,
  columns: { time: 'When', what: 'What', who: 'Who', on: 'On', more: 'More', service: 'Service', entity: 'Record', version: 'Version', change: 'Changed', reason: 'Why', signature: 'Signature', proof: 'Proof' },
  signed: 'signed', by: 'by',
  happened: {
    received: 'Lot received', issued: 'Material issued to the batch', started: 'Batch started', endOfSynthesis: 'End of synthesis', step: (title: string) => `Step done: ${title}`, verified: (title: string) => `Step verified: ${title}`, exception: (text: string) => `Exception: ${text}`,
    resolved: 'Exception decided', ordered: 'Order accepted', dispensed: 'Dose dispensed', sample: 'Sample taken', residue: 'Residue left', loss: 'Lost', remainder: 'Remainder left', finished: 'Production finished', labelled: (copy: number) => `Label printed, copy ${copy}`, labelVerified: 'Label verified by scan',
    deviation: (text: string) => `Deviation: ${text}`, deviationClosed: 'Deviation closed', decided: (state: string) => `Disposition: ${state}`, packed: 'Surveyed', shipped: 'Handed to the carrier', voided: 'Given back by the carrier', delivered: 'Delivered', wasteArose: 'Waste arose', disposed: 'Container closed', invoiced: 'Invoiced', lost: (cause: string) => `Dose lost: ${cause}`,
  },
  dispositions: { 0: '–', 1: 'in process', 2: 'pending', 3: 'quarantine', 4: 'released', 5: 'rejected', 6: 'approved', 7: 'released on a condition' } as Record<number, string>,
  audit: 'Audit trail', auditLead: (kind: string) => `Every change of this ${kind.toLowerCase()} in every service. A row is checked here in the browser: its own hash, its leaf, the path to the sealed root, and the signature under that root.`,
  auditRoles: 'The audit trail is shown to auditors, QA and administrators.', check: 'Check all', checking: 'Checking…', noAudit: 'No row of the audit trail has this number as its key.',
  proofs: { ok: 'as sealed', notSealed: 'not sealed yet', row: 'row differs from its hash', leaf: 'another row was sealed', path: 'path does not lead to the root', head: 'signature of the root is not genuine', failed: 'could not be checked' },
  head: (service: string, n: string, size: string) => `${service}: head ${n} over ${size} rows`, checkedAgainst: 'Checked against', details: 'Values', insert: 'entered', update: 'changed',
  summary: (ok: number, all: number) => `${ok} of ${all} rows are as they were sealed.`,
};
