/** Texts of planning runs. */
export const runTexts = {
  plan: 'Plan a run', planned: 'Planned. Orders can be promised from it.', product: 'Product', recipe: 'Recipe', cell: 'Hot cell', start: 'Synthesis starts', doses: 'Room for doses', yieldOf: 'Activity it yields at end of synthesis',
  site: 'Site', cancel: 'Cancel run', cancelled: 'The run is cancelled; its orders must be promised anew.', cancelTitle: (product: string) => `Cancel the run of ${product}`, cancelHint: 'Orders in it lose their promise.',
};
