import { useState } from 'react';
import { useLocation } from 'wouter';
import { useAction } from '../../api/action';
import { LabelsService, ReprintReason, type Label } from '../../generated/doseline/labeling/v1/labels_pb';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { LongField, SelectField } from '../../ui/Fields';
import { Note } from '../../ui/Panel';
import { Refusals } from '../../ui/Refusals';
import { useToast } from '../../ui/Toasts';
import { PrinterField } from './PrinterField';
import { texts } from '../../text/en';
import { labelTexts as t } from '../../text/labels';

/** Prints another copy: with its reason and the signatures of QA and a second person. */
export function ReprintDialog({ label, close }: { label: Label; close(): void }) {
  const [, go] = useLocation();
  const [cause, setCause] = useState('');
  const [reason, setReason] = useState('');
  const [printer, setPrinter] = useState(label.printer);
  const [tried, setTried] = useState(false);
  const reprint = useAction(LabelsService.method.reprintDoseLabel);
  const say = useToast();
  const submit = async () => {
    setTried(true);
    if (!cause || !reason) return;
    const done = await reprint.run({ doseId: label.doseId, printer, market: '', reprintReason: Number(cause) as ReprintReason, reason }, { asked: true });
    if (!done?.label) return;
    say(t.reprintDone(printer));
    close();
    go(`/labels/${done.label.printId}`);
  };
  return (
    <Dialog title={t.reprintTitle} onClose={close} onSubmit={() => void submit()} foot={<>
      <button type="button" className="button" onClick={close}>{texts.cancel}</button>
      <Button type="submit" kind="primary" for={LabelsService.method.reprintDoseLabel} busy={reprint.busy}>{t.reprint}</Button>
    </>}>
      <Note tone="warn">{t.reprintWarn}</Note>
      <SelectField label={t.reprintWhy} value={cause} onChange={setCause} empty="" wrong={tried && !cause ? texts.required : undefined} options={[1, 2, 3, 4, 5].map((each) => [String(each), t.reprintReasons[each]!] as const)} />
      <LongField label={t.words} hint={texts.reasonHint} value={reason} onChange={setReason} wrong={tried && !reason ? texts.required : undefined} />
      <PrinterField siteId={label.siteId} value={printer} onChange={setPrinter} />
      <Refusals problem={reprint.problem} />
    </Dialog>
  );
}
