import { Dialog } from '../../ui/Dialog';
import { Note } from '../../ui/Panel';
import { peopleTexts as t } from '../../text/people';

/** Shows a one-time password; it cannot be shown again. */
export function OneTimePassword({ password, close }: { password: string; close(): void }) {
  return (
    <Dialog title={t.oneTime} onClose={close} onSubmit={close} foot={<button type="submit" className="button primary">{t.done}</button>}>
      <Note tone="warn">{t.oneTimeHint}</Note>
      <p className="mono one-time" data-one-time>{password}</p>
    </Dialog>
  );
}
