// Every English text of the console is in this folder: what all screens share is here, what one screen says is in the file of its name.

/** Texts that several screens share. */
export const texts = {
  brand: 'Doseline',
  none: '–',
  at: 'at',
  loading: 'Reading…',
  nothing: 'Nothing here.',
  more: 'Show more',
  busy: 'Working…',
  close: 'Close',
  cancel: 'Back',
  open: 'Open',
  copy: 'copy',
  copied: 'copied',
  reason: 'Reason',
  reasonHint: 'Stays in the audit trail. No names or numbers of patients.',
  all: 'All',
  yes: 'Yes',
  no: 'No',
  version: 'Version',
  skip: 'Skip to the screen',
  chooseSite: 'This screen shows one site at a time. Choose it; the settings change it later.',
  fillMarked: 'Fill in what is marked.',
  required: 'This is needed.',
  needsNumber: 'Enter a number.',
  decimalPoint: (meant: string) => `A comma is not read as a decimal sign, for it could part thousands. Write ${meant} if that is meant.`,
  timeMissing: (zone: string) => `This time does not occur: clocks are put forward in ${zone}.`,
  timeTwice: 'This time comes twice, for clocks are put back. Say which is meant.',
  timeWhich: (label: string) => `${label}: which?`,
  timeReading: (which: number, clock: string, zone: string, offset: string) => `${which === 0 ? 'the first' : 'the second'} ${clock}, ${zone} (UTC${offset})`,
  changedMeanwhile: 'Somebody changed this while you had it open. It was read again; look at it and try again.',
  unitOf: (label: string) => `Unit of ${label}`,
  ago: (span: string) => `${span} ago`,
  needsRole: (roles: readonly string[]) => `Needs the role ${roles.join(' or ')}.`,
  problem: {
    refused: 'Refused',
    failed: 'This did not work',
    unreachable: 'The platform cannot be reached. Stay on this page: what you typed is still here.',
    tooSlow: 'The platform did not answer in time.',
    signedOut: 'You are no longer signed in.',
    repeat: 'Whether it was done is not known. Try again: it will not be done twice.',
    alternative: 'Nearest that would do',
    leftOut: (n: number) => `${n} more reasons had no room in the answer.`,
    crashed: 'This screen failed',
    crashedHint: 'What was saved is safe. Load the page again; if it fails again, tell the administrator what stands below.',
    reload: 'Load again',
  },
  stale: {
    title: (at: string) => `Not live since ${at}.`,
    withdrawn: 'What stood here may have changed and is withdrawn; what you typed is still here while you stay. It comes back by itself.',
    shown: 'This is how it was then. Decide nothing by it.',
    age: (span: string) => `${span} old`,
    show: (at: string) => `Show it as it was at ${at}`,
    hide: 'Withdraw it again',
  },
  signIn: {
    title: 'Sign in',
    why: 'You sign in on the identity page and come back here.',
    locked: 'Locked',
    lockedWhy: 'Nobody did anything here for a while. Sign in again to go on where you were.',
    go: 'Go to sign-in',
    out: 'Sign out',
  },
  shell: {
    nav: 'Screens',
    scan: 'Scan or type a number',
    scanHint: 'Dose, batch, lot, package, label, waste item. Press / to come here.',
    site: 'Site',
    allSites: 'All sites, times in UTC',
    unit: 'Unit of activity',
    units: { natural: 'Usual', MBq: 'MBq', GBq: 'GBq', mCi: 'mCi' },
    theme: 'Light or dark',
    themes: { auto: 'As the system', light: 'Light', dark: 'Dark' },
    density: 'Room on the screen', densities: { roomy: 'Roomy, for gloves', dense: 'Dense, for a desk' },
    others: 'Other screens',
    settings: 'Settings',
    live: 'Live',
    connecting: 'Connecting',
    broken: 'Not live',
    quiet: 'No answer',
    brokenHint: 'What you see may be old. It connects again by itself.',
    away: 'The platform cannot be reached',
    awayHint: 'It is asked again every few seconds; this page goes on by itself when it answers.',
    keys: 'Keys',
    serverTime: 'Time of the platform',
    zoneData: (release: string) => `tzdata ${release}`,
    clockOff: (span: string) => `This workstation's clock is ${span} off; the times shown are the platform's.`,
    roles: 'Roles',
    notFound: 'There is no such screen',
    notFoundHint: 'The address may be old. The screens are on the left.',
  },
  help: {
    title: 'Keys and help',
    what: 'This screen',
    keys: 'Keys',
    everywhere: [
      ['/', 'go to the box for typing a number'], ['?', 'this help'], ['g', 'then a letter: go to a screen'], ['Esc', 'close a dialog or a menu'], ['Tab', 'go to the next field or button; one that cannot be pressed says why'],
    ] as readonly (readonly [string, string])[],
    scan: 'A scan goes to what the screen waits for, otherwise its story opens. In a dialog only the dialog hears it.',
    screens: {
      board: 'What is due, what is at risk, what the hot cells do. The figures at the top choose what is listed.', orders: 'Orders are placed, moved and cancelled here. The promise is worked out while you type.',
      batches: 'Runs are started and recipes gone through step by step. A value out of limit is recorded as it is and puts the batch on hold.', cells: 'A cell is turned around: carry out, survey, clean. The logbook stands below and is printed from there.',
      review: 'QA decides on doses. Only what deviates is shown; the whole record is behind it.', possession: 'What is held against licence and rooms, now and ahead. Receive and announce ask the gate while you type.',
      labels: 'Doses are labelled, labels verified by scan, and every label counted.', shipping: 'Doses are packed, packages surveyed, handed over and delivered.', waste: 'Containers are opened, filled, closed, surveyed and disposed of. What waits for a survey stands first.',
      people: 'Who works here, with which roles, trained on what.', trace: 'From any number the whole story, with the proof that the record is as it was written.', master: 'Products, recipes and everything else that is set once. What is signed for is compared with what is in force.',
      system: 'How the services stand, what waits between them, and what was sealed.',
    },
  },
  screens: {
    board: 'Day board', orders: 'Order desk', batches: 'Batches', cells: 'Hot cells', review: 'QA review', possession: 'Possession', labels: 'Labels',
    shipping: 'Shipping', waste: 'Waste', trace: 'Trace', people: 'People', master: 'Master data', system: 'System',
  },
  secondLook: {
    title: 'Look again',
    questioned: 'Unlike what is usual',
    correct: 'Correct it',
    right: 'It is right',
    reason: 'How do you know that it is right?',
    kept: 'It is kept with your name.',
  },
  sign: {
    title: 'Signature',
    what: 'What you sign',
    declares: 'What your signature says',
    loginName: 'Login name',
    password: 'Password',
    second: 'A second person signs the same.',
    secondTitle: 'Second signature',
    secondRoles: (roles: readonly string[]) => `Needs a person with the role ${roles.join(' or ')}.`,
    sign: 'Sign',
    hash: 'SHA-256 of what is signed',
    details: 'Exactly what is signed',
    unreadable: 'What would be signed cannot be shown, so it cannot be signed.',
  },
};

const roleTexts: Record<string, string> = {
  operator: 'operator', verifier: 'verifier', qc_analyst: 'QC analyst', qa: 'QA', radiation_safety: 'radiation safety', supply_desk: 'supply desk',
  shipping: 'shipping', planner: 'planner', master_data_steward: 'master data steward', administrator: 'administrator', partner: 'partner', auditor: 'auditor',
};

/** Name of a role. */
export const roleText = (role: string): string => roleTexts[role] ?? role.replaceAll('_', ' ');

/** A snake_case or UPPER_SNAKE word as words: "near_limit_fraction" is "near limit". Units at the end are left out; the value has its own. */
export const words = (name: string): string =>
  name.toLowerCase().replace(/_(bq|ml|nsv_per_hour|fraction|seconds|time|count|id)$/, '').replaceAll('_', ' ');

/** Name of a value of an enum: its own name in words. */
export const enumText = (type: Record<number, string>, value: number): string => {
  const name = (type[value] ?? '').toLowerCase().replaceAll('_', ' ');
  return name === '' || name === 'unspecified' ? texts.none : name;
};

/** A count with its noun in the right number. */
export const count = (n: number, one: string, many = `${one}s`): string => `${n.toLocaleString('en')} ${n === 1 ? one : many}`;
