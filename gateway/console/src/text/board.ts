/** Texts of the day board. */
export const boardTexts = {
  lead: 'Orders by appointment. Times of appointments are read at the customer, everything else at the site.',
  kpi: {
    risk: 'Doses at risk', holds: 'On hold', cutoff: 'To the next cut-off', cells: 'Hot cells in use', open: 'Open orders', noCutoff: 'none ahead',
    of: (n: number, all: number) => `${n} of ${all}`,
  },
  show: 'Show',
  filters: { open: 'Open', risk: 'At risk', hold: 'On hold', today: 'Cut-off in 24 h', all: 'All' },
  find: 'Find an order',
  axis: 'Time line',
  columns: { appointment: 'Appointment', dose: 'Dose', state: 'State', activity: 'Activity now', cutoff: 'Cut-off in', line: 'From synthesis to patient' },
  cells: 'Hot cells',
  cellsHint: 'Planned runs are outlined, batches are filled. After synthesis comes dispensing and quality control, up to the earliest release.',
  noCells: 'No hot cells are known for this site.',
  laneFree: 'free', laneBatch: 'batch', laneChange: 'changeover',
  clearAt: (time: string) => `clear by decay at ${time}`,
  run: (product: string, doses: number, room: number, start: string, end: string) => `Run of ${product}, ${doses} of ${room} doses, synthesis ${start} to ${end}`,
  batch: (number: string, product: string) => `Batch ${number} of ${product}`,
  empty: 'No orders match. Choose another filter, or place one at the order desk.',
  hold: 'hold', risk: 'at risk', broken: 'promise broken', deviation: 'deviation open',
  legend: { eos: 'end of synthesis', release: 'release by', ship: 'cut-off', delivery: 'delivery', window: 'appointment', now: 'now', curve: 'activity' },
  stateNames: {
    0: '–', 1: 'accepted', 2: 'in production', 3: 'dispensed', 4: 'released', 5: 'on its way', 6: 'delivered', 7: 'invoiced', 8: 'cancelled', 9: 'lost',
  } as Record<number, string>,
  passed: 'passed',
  done: 'done',
};
