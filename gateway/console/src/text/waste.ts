/** Texts of the waste screen. */
export const wasteTexts = {
  lead: 'Containers decay until they may be surveyed. What waits for a survey stands first.',
  containers: 'Containers', loose: 'Not in a container', noContainers: 'No container matches.', noLoose: 'Everything is in a container.',
  filters: { here: 'Here', disposed: 'Disposed of' },
  columns: { container: 'Container', state: 'State', clock: 'Eligible', items: 'Items', room: 'Room', by: 'Set by', activity: 'Activity now', what: 'Waste', cause: 'Why', from: 'From', arise: 'Arose', put: 'Put into' },
  states: { 0: '–', 1: 'open', 2: 'decaying', 3: 'may be surveyed', 4: 'surveyed', 5: 'disposed of' } as Record<number, string>,
  eligibleNow: 'now', in: (span: string) => `in ${span}`, transferOnly: 'transfer only', notClosed: 'after closing',
  open: 'Open container', openTitle: 'Open a container', opened: 'Opened.', label: 'Label on it', room: 'Room', kind: 'What happens to it', decay: 'Held for decay', transfer: 'Transferred',
  condition: 'Licence condition', conditionHint: 'The one that allows decay in storage.', halfLife: 'Longest half-life', days: 'd', halfLives: 'Half-lives to wait', release: 'Release limit', significance: 'Trace limit', margin: 'Above background', cpm: 'min⁻¹', source: 'Where the figures come from', zeroHint: 'Empty for none.',
  put: 'Put in', putDone: 'Put in.', chooseContainer: 'Choose an open container.',
  close: 'Close', closeHint: 'No item goes in any more, and its clock starts.', closed: 'Closed. Its clock runs.', closeTitle: (label: string) => `Close ${label} for good`, closeFinally: 'Close for good', closeAsks: (n: number) => `${n === 1 ? 'One item is' : `${n} items are`} in it. Nothing can be put in or taken out afterwards, and a closed container is not opened again.`,
  survey: 'Survey', surveyDo: 'Record survey', surveyPassed: 'Not told from background: it may go.', surveyFailed: 'Above background: it stays, and the reading is kept.', instrument: 'Survey meter', background: 'Background', surface: 'At the surface', unshielded: 'Nothing shielded the surface from the meter', sensitive: 'The meter was on its most sensitive scale',
  dispose: 'Dispose of', disposeTitle: 'Dispose of the container', disposed: 'Disposed of. Its possession has ended.', route: 'Way out', routes: { 1: 'Released after decay', 2: 'Transferred to a licensed disposer' } as Record<number, string>, labelsRemoved: 'Radiation labels are removed or obliterated', transferee: 'Disposer on file', deliveryPlace: 'Place of delivery', manifest: 'Number of the manifest',
  contents: 'Contents now', total: 'All together', policy: 'Rules of this container', items: 'Items', lastSurvey: 'Last survey', passed: 'passed', failed: 'above background', noContents: 'Nothing is left that decays.', next: 'What to do now',
  decaying: (time: string) => `It decays. It may be surveyed from ${time} on.`, waits: 'It can only be transferred.', nothing: 'Nothing: it is disposed of.', showAll: (n: number) => `Show all ${n} nuclides`, parents: 'Progeny included', version: 'Version',
  causes: (cause: string) => cause.toLowerCase().replaceAll('_', ' '),
};
