/** Texts of investigations, and of corrective and preventive actions. */
export const investigationTexts = {
  title: (test: string) => `Investigation of ${test}, out of specification`,
  result: 'First result', deviation: 'Deviation', laboratory: 'Phase 1, laboratory', full: 'Phase 2, full', plan: 'Retest plan', retests: 'Retests', why: 'Why', signer: 'Concluded by', conclusion: 'Conclusion',
  findings: { 1: 'Assignable cause', 2: 'No assignable cause' } as Record<number, string>,
  looked: 'What was looked at and found', record: { laboratory: 'Record phase 1', full: 'Record phase 2' },
  planRetest: 'Propose retests', planHint: 'Another analyst than the first makes them; another person than you approves them. So many are made and no more.',
  count: 'Retests', sample: 'Sample', analystName: 'Analyst who makes them', analystId: 'Id of that analyst', rationale: 'Why so many, and on that sample', approve: 'Approve retest plan',
  planned: (n: number, who: string, by: string) => `${n} by ${who}, ${by ? `approved by ${by}` : 'not approved'}`,
  made: (n: number, failed: number) => `${n} made, ${failed} out of specification`,
  toMake: (n: number, who: string) => `${who} has ${n === 1 ? 'one retest' : `${n} retests`} to make before anything is concluded.`,
  conclusions: { 0: 'open', 1: 'Invalidated', 2: 'Confirmed' } as Record<number, string>,
  conclusionHints: { 1: 'The first result does not count, for the cause that was found; it stays on record.', 2: 'The first result counts, whatever else is measured: what it concerns is not released.' },
  conclude: 'Conclude',
  capas: 'Corrective and preventive actions', noCapas: 'No action is open.', overdue: 'overdue',
  capaColumns: { reference: 'Number', action: 'Action', owner: 'Owner', state: 'State', due: 'Due', deviations: 'Deviations' },
  capaStates: { 0: '–', 1: 'to be done', 2: 'to be checked', 3: 'effective', 4: 'closed' } as Record<number, string>,
};
