// A long batch record with anomalies in it, laid under the answers that the review reads: the same bytes on the wire, more of them.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import protobuf from 'protobufjs';
import { repository } from './platform.mjs';

const ordinaryForEach = 9;

/**
 * From here on the page is shown long records: for every anomaly nine entries of the same kind that are as they should be.
 * Gives back what each anomaly is called; everything else that was added is called ordinary.
 */
export async function anomalies(page, count, seed = 20261122) {
    const root = new protobuf.Root();
    root.resolvePath = (_, path) => join(repository, path.startsWith('google/') ? 'tests/node_modules/protobufjs' : 'protos', path);
    await root.load(['doseline/execution/v1/batch_records.proto', 'doseline/quality/v1/results.proto']);
    // Park and Miller's generator: the same record at every run.
    const chance = (below) => (seed = (seed * 48271) % 2147483647) % below;
    const kinds = Object.keys(entries);
    const odd = [];
    const made = { steps: [], movements: [], planned: [], exceptions: [], results: [] };
    for (let i = 0; i < count; i++) {
        const kind = kinds[chance(kinds.length)];
        const at = chance(ordinaryForEach + 1);
        for (let j = 0; j <= ordinaryForEach; j++) {
            const name = j === at ? `anomaly-${i}-${kind}` : `ordinary-${i}x${j}`;
            if (j === at) odd.push(name);
            entries[kind](made, name, j === at);
        }
    }
    await lay(page, root, '**/GetBatchRecord', 'execution.v1.GetBatchRecordResponse', ({ record }) => {
        record.steps.push(...made.steps);
        record.movements.push(...made.movements);
        record.exceptions.push(...made.exceptions);
        record.recipe.unitProcedures[0].operations[0].steps.push(...made.planned);
    });
    await lay(page, root, '**/ListResults', 'quality.v1.ListResultsResponse', (answer) => answer.results.push(...made.results));
    return { odd };
}

const done = { seconds: 1763830000 };
const step = (name) => ({ stepId: name, title: name, state: 4, completeTime: done, performedBy: 'Ordinary Operator', values: [{ code: 'temperature', type: 1, value: '90', unit: 'Cel', inLimit: true }] });

// One entry of each kind, as it should be or not.
const entries = {
    value(made, name, isOdd) {
        const entered = step(name);
        if (isOdd) Object.assign(entered.values[0], { value: '96', inLimit: false });
        made.steps.push(entered);
    },
    remark: (made, name, isOdd) => made.steps.push({ ...step(isOdd ? name.replace('anomaly', 'remarked') : name), comment: isOdd ? name : '' }),
    verification(made, name, isOdd) {
        made.planned.push({ id: name, title: name, needsVerification: true });
        made.steps.push({ ...step(name), verifiedBy: isOdd ? '' : 'Ordinary Verifier' });
    },
    loss: (made, name, isOdd) => made.movements.push({ movementId: name, kind: isOdd ? 5 : 4, note: name, doneBy: 'Ordinary Operator', entryTime: done }),
    exception(made, name, isOdd) {
        if (isOdd) made.exceptions.push({ exceptionId: name, code: 'STEP_VALUE_OUT_OF_LIMIT', summary: name, state: 2, raiseTime: done, resolveTime: done });
    },
    result: (made, name, isOdd) => made.results.push({ resultId: name, testCode: name, rawValue: '1', verdict: isOdd ? 2 : 1, attempt: 1, measureTime: done }),
    late: (made, name, isOdd) => made.results.push({ resultId: name, testCode: isOdd ? 'late' : name, rawValue: '1', verdict: 1, attempt: 1, measureTime: done, lateReason: isOdd ? name : '', lateWitnessName: isOdd ? 'Will Ness' : '' }),
};

async function lay(page, root, path, type, change) {
    const Answer = root.lookupType(`doseline.${type}`);
    await page.route(path, async (route) => {
        const response = await route.fetch();
        const answer = Answer.toObject(Answer.decode(await response.body()), { arrays: true });
        change(answer);
        assert.equal(Answer.verify(answer), null);
        await route.fulfill({ response, body: Buffer.from(Answer.encode(Answer.fromObject(answer)).finish()) });
    });
}
