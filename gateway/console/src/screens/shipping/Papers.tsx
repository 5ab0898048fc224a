import { useState } from 'react';
import { useAction } from '../../api/action';
import { useRead } from '../../api/query';
import { PackagesService, PackageState, type Package } from '../../generated/doseline/shipping/v1/packages_pb';
import { Button } from '../../ui/Button';
import { TextField } from '../../ui/Fields';
import { Id } from '../../ui/Figures';
import { Note, Panel } from '../../ui/Panel';
import { Refusals } from '../../ui/Refusals';
import { useToast } from '../../ui/Toasts';
import { shippingTexts as t } from '../../text/shipping';
import { PaperSheet, printPaper } from './PaperSheet';
import { isHere } from './shown';

/** The shipping paper: made by the service, shown and printed as it was made. */
export function Papers({ pack, refresh }: { pack: Package; refresh(): void }) {
  const [reason, setReason] = useState('');
  const make = useAction(PackagesService.method.printPapers);
  const paper = useRead(PackagesService.method.getPapers, pack.paperVersion > 0 ? { packageId: pack.packageId } : null);
  const say = useToast();
  const shown = paper.data?.paper;
  const submit = async () => {
    if (await make.run({ packageId: pack.packageId, version: pack.version, carrierServiceId: '', reason }, { asked: reason !== '' })) { say(t.papersDone); setReason(''); } else refresh();
  };
  return (
    <Panel title={t.papers} aside={shown && <>
      <span className="small soft">{t.paperVersion} {shown.paperVersion} · {t.hash} <Id of={shown.htmlHash} /></span>
      <button type="button" className="button" onClick={() => printPaper(shown.html, t.paperTitle(shown.packageNumber, shown.paperVersion))}>{t.printPaper}</button>
    </>}>
      {!shown && !paper.problem && <p className="soft">{t.papersEmpty}</p>}
      <Refusals problem={paper.problem} />
      {shown && !shown.required && <Note>{t.notRequired}</Note>}
      {shown && <PaperSheet html={shown.html} title={t.paperTitle(shown.packageNumber, shown.paperVersion)} />}
      {isHere(pack) && (
        <form className="stack" onSubmit={(event) => { event.preventDefault(); void submit(); }}>
          {pack.paperVersion > 0 && <TextField label={t.again} value={reason} onChange={setReason} />}
          <Refusals problem={make.problem} />
          <div className="row"><Button type="submit" kind={pack.paperVersion > 0 ? 'quiet' : 'primary'} for={PackagesService.method.printPapers} busy={make.busy} why={pack.state === PackageState.OPEN ? t.states[PackageState.OPEN]! : null}>{t.printPapers}</Button></div>
        </form>
      )}
    </Panel>
  );
}
