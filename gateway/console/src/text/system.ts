/** Texts of the system screen. */
export const systemTexts = {
  lead: 'Services, what waits between them, and facts that could not be handled.',
  services: 'Services', version: 'Program', replica: 'Replica', clock: 'Clock against the machine', nuclides: 'Nuclide data', time: 'Platform time',
  columns: { service: 'Service', health: 'Health', database: 'Database', schema: 'Schema', read: 'Others read, ago', parked: 'Parked', overdue: 'Deadlines overdue', sealed: 'Sealed', unsealed: 'Not sealed', seal: 'Latest seal' },
  healthy: 'healthy', ill: 'not healthy', none: 'none',
  parked: 'Facts that wait for a person', parkedHint: 'A fact that its handler could not handle waits here; later facts that share a row wait behind it.',
  which: 'Service', showResolved: 'Show', waiting: 'Waiting', resolved: 'Dealt with', noneParked: 'No fact waits.', noneResolved: 'None was dealt with.',
  between: (source: string, handler: string) => `from ${source} to ${handler}`,
  parkedColumns: { fact: 'Fact', state: 'State', tries: 'Tries', reason: 'What went wrong', since: 'Since', by: 'Dealt with by' },
  states: { 0: '–', 1: 'tried again by itself', 2: 'waits behind another', 3: 'waits for a person', 4: 'replayed', 5: 'set aside', 6: 'settled by a later one', 7: 'lost by its publisher' } as Record<number, string>,
  replay: 'Replay', setAside: 'Set aside', replayTitle: 'Give the fact to its handler once more', setAsideTitle: 'Give the fact up for its handler',
  replayHint: 'What it does, it does once, however often it is replayed.', setAsideHint: 'Facts behind it go on without it. What it would have done must be done by hand.',
  replayed: 'Replayed.', wasReplayed: 'Somebody had dealt with it before.', aside: 'Set aside.', missingReason: 'Say why.',
  seconds: (s: number) => `${s.toFixed(3)} s`, seconds0: '0 s',
  mayNot: 'Parked facts are shown to administrators, QA and auditors.',
};
