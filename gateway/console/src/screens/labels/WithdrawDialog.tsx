import { useState } from 'react';
import { useAction } from '../../api/action';
import { LabelsService, WithdrawalReason, type Label } from '../../generated/doseline/labeling/v1/labels_pb';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { LongField, SelectField } from '../../ui/Fields';
import { Refusals } from '../../ui/Refusals';
import { useToast } from '../../ui/Toasts';
import { texts } from '../../text/en';
import { labelTexts as t } from '../../text/labels';

/** Takes a label out of use, or records that it was destroyed. */
export function WithdrawDialog({ label, destroy, close }: { label: Label; destroy: boolean; close(): void }) {
  const [cause, setCause] = useState('');
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const method = destroy ? LabelsService.method.destroyLabel : LabelsService.method.voidLabel;
  const destroyLabel = useAction(LabelsService.method.destroyLabel);
  const voidLabel = useAction(LabelsService.method.voidLabel);
  const action = destroy ? destroyLabel : voidLabel;
  const say = useToast();
  const submit = async () => {
    setTried(true);
    if (!cause) return;
    if (!(await action.run({ printId: label.printId, withdrawalReason: Number(cause) as WithdrawalReason, reason }))) return;
    say(destroy ? t.destroyed : t.withdrawn);
    close();
  };
  return (
    <Dialog title={destroy ? t.destroyTitle : t.withdrawTitle} onClose={close} onSubmit={() => void submit()} foot={<>
      <button type="button" className="button" onClick={close}>{texts.cancel}</button>
      <Button type="submit" kind="danger" for={method} busy={action.busy}>{destroy ? t.destroy : t.withdraw}</Button>
    </>}>
      <SelectField label={t.reprintWhy} value={cause} onChange={setCause} empty="" wrong={tried && !cause ? texts.required : undefined} options={[1, 2, 3, 4, 5].map((each) => [String(each), t.withdrawalReasons[each]!] as const)} />
      <LongField label={t.words} hint={texts.reasonHint} value={reason} onChange={setReason} />
      <Refusals problem={action.problem} />
    </Dialog>
  );
}
