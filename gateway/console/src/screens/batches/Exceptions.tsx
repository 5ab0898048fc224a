import { useState } from 'react';
import { Link } from 'wouter';
import { useAction } from '../../api/action';
import { BatchExceptionState, BatchRecordsService, type BatchException, type BatchRecord } from '../../generated/doseline/execution/v1/batch_records_pb';
import { BatchesService } from '../../generated/doseline/execution/v1/batches_pb';
import { useSession } from '../../app/session';
import { Button } from '../../ui/Button';
import { LongField } from '../../ui/Fields';
import { Time } from '../../ui/Figures';
import { Badge, Empty, Facts } from '../../ui/Panel';
import { Refusals } from '../../ui/Refusals';
import { useToast } from '../../ui/Toasts';
import { words } from '../../text/en';
import { batchTexts as t } from '../../text/batches';

/** What a person must judge, with its numbers, and the decision in place. */
export function Exceptions({ record }: { record: BatchRecord }) {
  if (record.exceptions.length === 0) return <Empty>{t.noExceptions}</Empty>;
  return <>{record.exceptions.map((each) => <ExceptionCard key={each.exceptionId} exception={each} batchId={record.batch?.batchId ?? ''} />)}</>;
}

/** One exception. */
export function ExceptionCard({ exception, batchId }: { exception: BatchException; batchId: string }) {
  const open = exception.state === BatchExceptionState.OPEN;
  const say = useToast();
  const { roles } = useSession();
  const resolve = useAction(BatchesService.method.resolveException, BatchRecordsService.typeName);
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const submit = async () => {
    setTried(true);
    if (reason.trim() && await resolve.run({ exceptionId: exception.exceptionId, reason })) say(t.decided);
  };
  return (
    <div className={`note ${open ? 'stop' : ''}`} data-exception={exception.code}>
      <h3 className="row spread">{exception.summary}<Badge tone={open ? 'stop' : 'ok'}>{open ? t.exceptionOpen : t.exceptionDone}</Badge></h3>
      <Facts of={[
        ...Object.entries(exception.numbers).map(([key, value]) => [words(key), <span className="figure">{value}</span>] as const),
        [t.raised, <>{exception.raisedBy} <Time at={exception.raiseTime} /></>],
        exception.deviationId !== '' && [t.deviation, <Link href={`/review/${batchId}`}>{t.deviation}</Link>],
        !open && [t.decidedBy, <>{exception.resolvedBy} <Time at={exception.resolveTime} /></>],
        !open && [t.decision, exception.resolution],
      ]} />
      {open && (
        <form className="stack" noValidate onSubmit={(event) => { event.preventDefault(); void submit(); }}>
          <LongField label={t.decision} value={reason} onChange={setReason} wrong={tried && !reason.trim() ? t.missingReason : undefined} />
          <Refusals problem={resolve.problem} />
          <div className="row"><Button type="submit" for={BatchesService.method.resolveException} busy={resolve.busy} why={exception.deviationId !== '' && !roles.includes('qa') ? t.deviationDecides : null}>{t.decide}</Button></div>
        </form>
      )}
    </div>
  );
}
