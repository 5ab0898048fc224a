// Who does what in the tests: the people of the sample day, each with the rights of one desk and no more.
export const supplyDesk = { name: 'Sam Delgado', roles: ['supply_desk'] };
export const planner = { name: 'Pia Lang', roles: ['planner'] };
export const operator = { name: 'Olive Park', roles: ['operator'] };
export const secondOperator = { name: 'Otto Reyes', roles: ['operator', 'verifier'] };
export const verifier = { name: 'Vic Moreau', roles: ['verifier'] };
export const analyst = { name: 'Ana Kovac', roles: ['qc_analyst'] };
export const qa = { name: 'Quinn Adler', roles: ['qa'] };
export const steward = { name: 'Mara Stein', roles: ['master_data_steward'] };
export const radiationSafety = { name: 'Rosa Olsen', roles: ['radiation_safety'] };
export const shipper = { name: 'Shay Brandt', roles: ['shipping'] };
export const administrator = { name: 'Ada Min', roles: ['administrator'] };
export const auditor = { name: 'Ida Falk', roles: ['auditor'] };
