import { useState } from 'react';
import { useAction } from '../../api/action';
import { DispositionService, type DoseDisposition, type GetBatchReviewResponse } from '../../generated/doseline/quality/v1/disposition_pb';
import { Disposition } from '../../generated/doseline/quality/v1/events_pb';
import { Button } from '../../ui/Button';
import { Choices, LongField, TextField } from '../../ui/Fields';
import { Time } from '../../ui/Figures';
import { Badge, Panel } from '../../ui/Panel';
import { Refusals } from '../../ui/Refusals';
import { useToast } from '../../ui/Toasts';
import { texts } from '../../text/en';
import { reviewTexts as t } from '../../text/review';
import { Papers } from './Papers';
import { dispositionTone } from './ReviewList';

type What = 'release' | 'hold' | 'reject';

/** Release, hold or reject: which doses, why, and the signature. */
export function Decision({ review, refresh }: { review: GetBatchReviewResponse; refresh(): void }) {
  const say = useToast();
  const [what, setWhat] = useState<What>('release');
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [reason, setReason] = useState('');
  const [reference, setReference] = useState('');
  const [tried, setTried] = useState(false);
  const release = useAction(DispositionService.method.releaseDoses);
  const hold = useAction(DispositionService.method.holdDoses);
  const reject = useAction(DispositionService.method.rejectDoses);
  const action = { release, hold, reject }[what];
  const eligible = review.dispositions.filter((dose) => canBe(what, dose));
  const doseIds = eligible.map((dose) => dose.doseId).filter((id) => !left.has(id));
  const why = doseIds.length === 0 ? t.nobody : null;

  const submit = async () => {
    setTried(true);
    if (what !== 'release' && (!reason.trim() || !reference.trim())) return;
    const common = { batchId: review.batchId, doseIds, reason };
    const answer = what === 'release' ? await release.run({ ...common, recordVersion: review.recordVersion, recordHash: review.recordHash })
      : what === 'hold' ? await hold.run({ ...common, referenceId: reference }) : await reject.run({ ...common, referenceId: reference });
    refresh();
    if (!answer) return;
    say(what === 'release' ? t.released(doseIds.length) : what === 'hold' ? t.held : t.rejected);
    setReason('');
    setTried(false);
  };

  return (
    <Panel title={t.decide} className="decision">
      <form className="stack" noValidate onSubmit={(event) => { event.preventDefault(); void submit(); }}>
        <Choices<What> label={t.decide} hideLabel value={what} onChange={(next) => { setWhat(next); action.clear(); }} options={[['release', t.what.release], ['hold', t.what.hold], ['reject', t.what.reject]]} />
        <fieldset className="dose-picks">
          <legend>{t.chosen(doseIds.length, review.dispositions.length)}</legend>
          {review.dispositions.map((dose) => (
            <DosePick key={dose.doseId} dose={dose} able={canBe(what, dose)} picked={!left.has(dose.doseId)}
              pick={(on) => setLeft((old) => { const next = new Set(old); if (on) next.delete(dose.doseId); else next.add(dose.doseId); return next; })} />
          ))}
        </fieldset>
        {what !== 'release' && <TextField label={t.reference} hint={t.referenceHint} value={reference} onChange={setReference} wrong={tried && !reference.trim() ? t.missingReference : undefined} />}
        <LongField label={what === 'release' ? t.remark : texts.reason} hint={what === 'release' ? t.remarkHint : texts.reasonHint} value={reason} onChange={setReason} wrong={tried && what !== 'release' && !reason.trim() ? t.missingReason : undefined} />
        <Refusals problem={action.problem} />
        <div className="row">
          <Button type="submit" kind={what === 'reject' ? 'danger' : 'primary'} size="large" for={{ release: DispositionService.method.releaseDoses, hold: DispositionService.method.holdDoses, reject: DispositionService.method.rejectDoses }[what]} busy={action.busy} why={why}>{t[what]}</Button>
        </div>
      </form>
    </Panel>
  );
}

function canBe(what: What, dose: DoseDisposition): boolean {
  if (dose.lostCause) return false;
  if (what === 'release') return dose.state === Disposition.PENDING;
  if (what === 'hold') return dose.state === Disposition.PENDING || dose.state === Disposition.RELEASED || dose.state === Disposition.IN_PROCESS;
  return dose.state !== Disposition.REJECTED && dose.state !== Disposition.RELEASED;
}

function DosePick({ dose, able, picked, pick }: { dose: DoseDisposition; able: boolean; picked: boolean; pick(on: boolean): void }) {
  return (
    <div className="dose-pick">
      <label>
        <input type="checkbox" checked={able && picked} disabled={!able} onChange={(event) => pick(event.target.checked)} aria-label={t.pick(dose.doseId)} />
        <span className="id">{dose.doseId.slice(0, 10)}</span>
      </label>
      <Badge tone={dose.lostCause ? 'stop' : dispositionTone(dose.state)}>{dose.lostCause ? dose.lostCause.toLowerCase() : t.states[dose.state]}</Badge>
      {dose.state === Disposition.RELEASED ? <Papers dose={dose} /> : <span className="small soft"><Time at={dose.releaseByTime} /></span>}
    </div>
  );
}
