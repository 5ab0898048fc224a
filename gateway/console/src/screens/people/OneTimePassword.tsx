import { Dialog } from '../../ui/Dialog';
import { Note } from '../../ui/Panel';
import { peopleTexts as t } from '../../text/people';

/** Shows a one-time password; it cannot be shown again. */
export function OneTimePassword({ password, half = false, close }: { password: string; half?: boolean; close(): void }) {
  return (
    <Dialog title={half ? t.half : t.oneTime} onClose={close} onSubmit={close} foot={<button type="submit" className="button primary">{t.done}</button>}>
      <Note tone="warn">{half ? t.halfHint : t.oneTimeHint}</Note>
      <p className="mono one-time" data-one-time>{password}</p>
    </Dialog>
  );
}
