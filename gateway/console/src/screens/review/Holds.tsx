import { useState } from 'react';
import { useAction } from '../../api/action';
import { DispositionService, HoldSource, type Hold } from '../../generated/doseline/quality/v1/disposition_pb';
import { Button } from '../../ui/Button';
import { LongField } from '../../ui/Fields';
import { Id, Time } from '../../ui/Figures';
import { Facts } from '../../ui/Panel';
import { Refusals } from '../../ui/Refusals';
import { useToast } from '../../ui/Toasts';
import { reviewTexts as t } from '../../text/review';

/** Holds that stand; QA's own can be lifted here, a deviation's ends with the deviation. */
export const Holds = ({ holds }: { holds: readonly Hold[] }) => <>{holds.map((hold) => <HoldCard key={hold.holdId} hold={hold} />)}</>;

function HoldCard({ hold }: { hold: Hold }) {
  const say = useToast();
  const lift = useAction(DispositionService.method.liftHold);
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const [lifting, setLifting] = useState(false);
  const submit = async () => {
    setTried(true);
    if (reason.trim() && await lift.run({ holdId: hold.holdId, reason })) say(t.lifted);
  };
  return (
    <div className="note warn">
      <h3>{t.hold}: {hold.reason}</h3>
      <Facts of={[[t.raised, <>{hold.raisedBy} <Time at={hold.raiseTime} /></>], [t.reference, <Id of={hold.referenceId} />], [t.dose, hold.doseId ? <Id of={hold.doseId} /> : t.wholeBatch]]} />
      {hold.source === HoldSource.QA && !lifting && <div className="row"><Button size="small" for={DispositionService.method.liftHold} onClick={() => setLifting(true)}>{t.lift}</Button></div>}
      {hold.source === HoldSource.QA && lifting && (
        <form className="stack" noValidate onSubmit={(event) => { event.preventDefault(); void submit(); }}>
          <LongField label={t.liftReason} value={reason} onChange={setReason} wrong={tried && !reason.trim() ? t.missingReason : undefined} />
          <Refusals problem={lift.problem} />
          <div className="row"><Button type="submit" for={DispositionService.method.liftHold} busy={lift.busy}>{t.lift}</Button></div>
        </form>
      )}
    </div>
  );
}
