// What several tests need of quality: doses that wait for QA, their results, their release.
import { call, open, said, sign } from './console.mjs';
import { analyst, qa } from './people.mjs';
import { id } from './platform.mjs';

/** The first dose of a product in a state of disposition. */
export async function doseOf(productCode, state = 'DISPOSITION_PENDING') {
    const { dispositions = [] } = await call(qa, 'quality.v1.DispositionService/ListDispositions', { siteId: 'bos', state, pageSize: 500 });
    return dispositions.find((each) => each.productCode === productCode);
}

const good = { RCP: '98.7', PH: '5.8', ENDO: '3', LOOK: 'CLEAR' };

/** Records every result a batch needs for its release, all within specification. */
export async function record(batchId, productCode) {
    const { specification } = await call(analyst, 'quality.v1.SpecificationsService/GetSpecification', { productCode });
    const { samples = [] } = await call(analyst, 'quality.v1.ResultsService/ListSamples', { batchId });
    const { equipment } = await call(analyst, 'execution.v1.EquipmentService/ListEquipment', { siteId: 'bos', pageSize: 500 });
    for (const test of specification.tests.filter((each) => each.scope !== 'TEST_SCOPE_DOSE')) {
        const value = good[test.code] ?? test.expectedText ?? String(test.low ?? test.high);
        await call(analyst, 'quality.v1.ResultsService/RecordResult', {
            requestId: id(), batchId, sampleId: samples[0]?.sampleId ?? '', testCode: test.code, method: test.method, instrumentId: equipment.find((each) => each.code === `bos-${test.method}`).equipmentId, rawValue: test.expectedText || value, unit: test.unit, measureTime: '2026-11-23T17:34:00Z',
        });
    }
}

/** A released dose of a product: one there is, or its batch is released as QA does it. */
export async function released(productCode) {
    const there = await doseOf(productCode, 'DISPOSITION_RELEASED');
    if (there) return there;
    const { batchId } = await doseOf(productCode);
    await record(batchId, productCode);
    const page = await open(qa, `/review/${batchId}`);
    await page.getByText('Nothing stands against release.').waitFor();
    await page.getByRole('button', { name: 'Release', exact: true }).click();
    await sign(page, qa);
    await said(page, 'released');
    await page.done();
    return doseOf(productCode, 'DISPOSITION_RELEASED');
}
