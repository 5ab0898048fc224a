import { BatchStepState, type BatchRecord, type BatchStep } from '../../generated/doseline/execution/v1/batch_records_pb';
import { Panel } from '../../ui/Panel';
import { batchTexts as t } from '../../text/batches';

/** The first step that is not done: the one that can be worked on. */
export const isNext = (record: BatchRecord, stepId: string): boolean =>
  record.steps.find((step) => step.state !== BatchStepState.COMPLETE)?.stepId === stepId;

const signs: Record<number, string> = { [BatchStepState.OPEN]: '', [BatchStepState.RUNNING]: '▸', [BatchStepState.PERFORMED]: '◐', [BatchStepState.COMPLETE]: '✓' };

/** The recipe's steps, grouped as the procedure is, with how far each is. */
export function StepList({ record, chosen, choose }: { record: BatchRecord; chosen: string; choose(stepId: string): void }) {
  const steps = new Map(record.steps.map((step) => [step.stepId, step]));
  return (
    <Panel title={t.steps} flush className="steps">
      {record.recipe?.unitProcedures.map((unit) => (
        <section key={unit.id}>
          <h3>{unit.title}</h3>
          <ol>
            {unit.operations.flatMap((operation) => operation.steps).map((planned) => {
              const step = steps.get(planned.id);
              return step && <li key={planned.id}><StepButton step={step} next={isNext(record, step.stepId)} current={chosen === step.stepId} onClick={() => choose(step.stepId)} /></li>;
            })}
          </ol>
        </section>
      ))}
    </Panel>
  );
}

function StepButton({ step, next, current, onClick }: { step: BatchStep; next: boolean; current: boolean; onClick(): void }) {
  const outside = step.values.some((value) => !value.inLimit);
  return (
    <button type="button" className={`step ${next ? 'next' : ''}`} data-state={step.state} aria-current={current ? 'step' : undefined} onClick={onClick}>
      <span className="step-sign" aria-hidden="true">{outside ? '!' : signs[step.state]}</span>
      <span className="grow">{step.title}<br /><span className="small soft">{t.kinds[step.kind]} · {next && step.state === BatchStepState.OPEN ? t.next : t.stepStates[step.state]}</span></span>
    </button>
  );
}
