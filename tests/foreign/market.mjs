// The least master data with which an order can be promised, entered through the public API.
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

const hour = 3600, day = 24 * hour, zone = 'UTC', nuclide = 'Lu-177';
export const product = 'FOREIGN-LU', customer = 'FOREIGN-CLINIC', site = 'foreign-site';

const midnight = Math.floor(Date.now() / 1000 / day) * day;
const at = seconds => ({ seconds: String(seconds), nanos: 0 });
const span = seconds => ({ seconds: String(seconds), nanos: 0 });
const local = (days, time) => ({ date_time: `${new Date((midnight + days * day) * 1000).toISOString().slice(0, 10)}T${time}`, zone });

/** An order that the run of day 3 can serve. */
export const orderOf = (more = {}) => ({
    request_id: randomUUID(), product_code: product, customer_code: customer, site_id: site, wanted: { at_administration: { nuclide, amount_bq: 7.4e9 } },
    window_start: local(4, '10:00'), window_end: local(4, '12:00'), patient_token: randomUUID(), external_reference: 'PO-1', ...more,
});

/** Enters it; the clients are named after the services. */
export async function enter({ products, prices, recipes, approvals, signing, customers, carriers, equipment, scheduler, orders, partners = [] }) {
    const put = more => ({ request_id: randomUUID(), reason: 'set up', ...more });
    await products.PutProduct(put({
        product: {
            product_code: product, name: 'Lutetium for strangers', nuclide, dosage_form: 'DOSAGE_FORM_SOLUTION', prescription_bq: 7.4e9, tolerance_fraction: 0.1, minimum_bq: 1e9, maximum_bq: 10e9,
            shelf_life: span(48 * hour), recipe_code: product, release_duration: span(2 * hour), pack_duration: span(1800), receiving_lead: span(hour), cancellation_notice: span(0),
            site_ids: [site], transport: { physical_form: 'liquid', chemical_form: 'lutetium in solution' }, orderable: true, source: 'made up',
        },
    }));
    await prices.PutPrice(put({ price: { product_code: product, currency: 'USD', minor_units: '1000000' } }));
    await customers.PutCustomer(put({
        customer: {
            code: customer, name: 'Clinic', address_lines: ['1 Main Street'], zone, currency: 'USD', active: true, partner_subjects: partners,
            licence: { number: 'L-1', issuing_agency: 'Agency', expire_time: at(midnight + 300 * day), evidence_time: at(midnight - day), lines: [{ nuclide, limit_bq: 20e9, form: 'any' }] },
        },
    }));
    await carriers.PutCarrierService(put({
        service: { carrier: 'Overnight', site_id: site, pickup_weekdays: [1, 2, 3, 4, 5, 6, 7], cutoff_minute_of_day: 18 * 60, zone, transit: span(12 * hour), active: true, mode: 'TRANSPORT_MODE_ROAD' },
    }));
    const draft = (await recipes.PutRecipe(put({
        recipe: {
            code: product, product_code: product, product_name: 'Lutetium', nuclide, synthesis_duration: span(hour), dispensing_duration: span(hour), release_duration: span(2 * hour), shelf_life: span(48 * hour),
            yield_fraction_min: 0.5, yield_fraction_max: 1, balance_tolerance_fraction: 0.05, materials: [{ code: 'LU-CHLORIDE', use: 'manufacture', radioactive: true }],
            unit_procedures: [{
                id: 'make', title: 'Make', operations: [{
                    id: 'all', title: 'All', steps: [
                        { id: 'issue', title: 'Issue', kind: 'STEP_KIND_MATERIAL_ISSUE', material_code: 'LU-CHLORIDE' },
                        { id: 'synthesis', title: 'Synthesis', kind: 'STEP_KIND_SYNTHESIS', equipment_classes: ['EQUIPMENT_CLASS_SYNTHESISER'] },
                        { id: 'dispense', title: 'Dispense', kind: 'STEP_KIND_DISPENSE', equipment_classes: ['EQUIPMENT_CLASS_DOSE_CALIBRATOR'] },
                        { id: 'sample', title: 'Sample', kind: 'STEP_KIND_SAMPLE' },
                    ],
                }],
            }],
        },
    }))).recipe;
    // What is signed is this very request; the token goes into it.
    const { request_id: tried, ...approval } = put({ code: product, version: draft.version, etag: draft.etag });
    const { signature } = await signing.Sign({ method: '/doseline.execution.v1.RecipesService/ApproveRecipe', request_json: JSON.stringify(approval), zone });
    await approvals.ApproveRecipe({ request_id: tried, ...approval, signature });
    const cell = (await equipment.PutEquipment(put({
        equipment: { code: 'HC-1', equipment_class: 'EQUIPMENT_CLASS_HOT_CELL', site_id: site, room_id: 'room', clearance_limit_bq: 1e6, qualification_due_time: at(midnight + 300 * day) },
    }))).equipment;
    const start = midnight + 3 * day + 9 * hour;
    await scheduler.PlanRun({
        request_id: randomUUID(), site_id: site, product_code: product, recipe_code: product, hot_cell_id: cell.equipment_id, start_time: at(start), dose_capacity: 20,
        yield: { nuclide, activity_bq: 1e12, reference_time: at(start + hour) },
    });

    // Carriers reach Orders as facts; until they have, nothing can be promised.
    const { request_id, patient_token, external_reference, ...question } = orderOf();
    for (let tries = 100; ; tries--) {
        try {
            return await orders.PreviewPromise(question);
        } catch (error) {
            if (tries === 0) throw error;
            await delay(200);
        }
    }
}
