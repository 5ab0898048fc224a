// Who does what in the tests: the people of the sample day, each with the rights of one desk and no more. Their passwords are the day's own.
export const supplyDesk = { name: 'Sam Delgado', login: 'sam.delgado', roles: ['supply_desk'] };
export const planner = { name: 'Pia Lang', login: 'pia.lang', roles: ['planner'] };
export const operator = { name: 'Olive Park', login: 'olive.park', roles: ['operator'] };
export const verifier = { name: 'Vic Moreau', login: 'vic.moreau', roles: ['verifier'] };
export const analyst = { name: 'Ana Kovac', login: 'ana.kovac', roles: ['qc_analyst'] };
export const qa = { name: 'Quinn Adler', login: 'quinn.adler', roles: ['qa'] };
export const steward = { name: 'Mara Stein', login: 'mara.stein', roles: ['master_data_steward'] };
export const radiationSafety = { name: 'Rosa Olsen', login: 'rosa.olsen', roles: ['radiation_safety'] };
export const shipper = { name: 'Shay Brandt', login: 'shay.brandt', roles: ['shipping'] };
export const administrator = { name: 'First administrator', login: 'admin', roles: ['administrator'] };
export const auditor = { name: 'Ida Falk', login: 'ida.falk', roles: ['auditor'] };

/** Not of the day: joins when a test first needs a second pair of hands. */
export const secondOperator = { name: 'Otto Reyes', login: 'otto.reyes', roles: ['operator', 'verifier'], trainedOn: ['batch-execution', 'deviations', 'dispensing', 'equipment-upkeep', 'labeling', 'materials-control', 'possession-control', 'waste-control'] };
