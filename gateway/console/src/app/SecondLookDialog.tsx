import { useState } from 'react';
import type { Problem } from '../api/refusals';
import { Dialog } from '../ui/Dialog';
import { LongField } from '../ui/Fields';
import { Refusals } from '../ui/Refusals';
import { texts } from '../text/en';

const reasonLengthMax = 500;

/** Shows what was questioned and what would be usual; the nearest way out is back to the form. */
export default function SecondLookDialog({ problem, done }: { problem: Problem; done(reason: string | null): void }) {
  const [reason, setReason] = useState('');
  return (
    <Dialog
      title={texts.secondLook.title} onClose={() => done(null)} onSubmit={() => { if (reason.trim() !== '') done(reason.trim()); }}
      foot={<>
        <button type="button" className="button primary" onClick={() => done(null)}>{texts.secondLook.correct}</button>
        <button type="submit" className="button" disabled={reason.trim() === ''}>{texts.secondLook.right}</button>
      </>}
    >
      <Refusals problem={problem} title={texts.secondLook.questioned} />
      <LongField label={texts.secondLook.reason} hint={texts.secondLook.kept} value={reason} onChange={setReason} maxLength={reasonLengthMax} />
    </Dialog>
  );
}
