/** Texts of the master data screen. */
export const masterTexts = {
  lead: 'What everything else is decided with. A change is a new version with its reason; what needs approval counts from its approval on.',
  kinds: {
    products: 'Products', customers: 'Customers', recipes: 'Recipes', specifications: 'Specifications', licences: 'Licences', templates: 'Label templates', carriers: 'Carriers',
    packagings: 'Packagings', materials: 'Materials', suppliers: 'Suppliers', rooms: 'Rooms',
  },
  kind: 'Kind', new: 'New', edit: 'Change', newVersion: 'New version', newTitle: (kind: string) => `${kind}: new`, save: 'Save', saved: 'Saved.', reason: 'Why it changes',
  approve: 'Approve', approveTitle: 'Approve', approved: 'Approved.', approveLead: 'What you approve is what stands below. You sign with your password.',
  draft: 'draft', isApproved: 'approved', active: 'offered', inactive: 'not offered', orderable: 'can be ordered', notOrderable: 'not orderable', inForce: 'in force', notYet: 'not yet in force', over: 'ended',
  cannotApprove: 'It is approved already.', cannotEdit: 'An approved version never changes: make a new one.',
  find: 'Find', noRows: 'Nothing matches.', since: 'In force from', author: 'Author', approver: 'Approved by',
  toApprove: 'What approval changes', against: (version: string) => `Compared with what is in force: ${version}.`, againstNothing: 'Nothing of this name is in force: all of it is new.',
  difference: 'What you change', noDifference: 'Nothing is different yet.', was: 'was', becomes: 'becomes', field: 'Field',
  add: 'Add', remove: 'Leave out', lines: 'One a line.', invalid: 'This cannot be read.', hours: 'h', percent: '%', empty: 'Empty', preview: 'With names in place of values',
  weekdays: { 1: 'Mon', 2: 'Tue', 3: 'Wed', 4: 'Thu', 5: 'Fri', 6: 'Sat', 7: 'Sun' } as Record<number, string>,
  hasNot: 'No limit', choose: 'Not given', scrollHint: 'Columns',
  effective: 'In force from', effectiveHint: 'Empty: from now on.',
  columns: { code: 'Code', name: 'Name', nuclide: 'Nuclide', version: 'Version', state: 'State', site: 'Site', zone: 'Time zone', licence: 'Licence', until: 'until', cutoff: 'Cut-off', transit: 'Transit', kind: 'Kind', product: 'Product', market: 'Market', carrier: 'Carrier', customer: 'Customer', amendment: 'Amendment', lines: 'Lines', tests: 'Tests', steps: 'Steps', evidence: 'Evidence', materials: 'Materials' },
};
