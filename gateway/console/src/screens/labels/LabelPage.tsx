import { useState } from 'react';
import { Link } from 'wouter';
import { useList, useRead } from '../../api/query';
import { LabelFate, LabelsService, PrintState, type Label } from '../../generated/doseline/labeling/v1/labels_pb';
import { Button } from '../../ui/Button';
import { Activity, Id, Time } from '../../ui/Figures';
import { Badge, Facts, Loading, Panel, Screen } from '../../ui/Panel';
import { Refusals } from '../../ui/Refusals';
import { texts } from '../../text/en';
import { labelTexts as t } from '../../text/labels';
import { LabelTable } from './LabelTable';
import { LabelPicture } from './LabelPicture';
import { NextStep } from './NextStep';
import { ReprintDialog } from './ReprintDialog';
import { standing } from './tones';
import { WithdrawDialog } from './WithdrawDialog';

type Asking = 'reprint' | 'void' | 'destroy';

/** One label: as it was printed, what is to be done with it now, and the other copies of its dose. */
export function LabelPage({ printId }: { printId: string }) {
  const read = useRead(LabelsService.method.getLabel, { printId }, { everySeconds: 5 });
  const picture = useRead(LabelsService.method.renderLabel, { printId });
  const label = read.data?.label;
  const copies = useList(LabelsService.method.listLabels, label ? { doseId: label.doseId, pageSize: 100 } : null, (page) => page.labels);
  const [asking, setAsking] = useState<Asking | null>(null);
  if (read.loading) return <Loading />;
  const content = read.data?.content;
  if (!label || !content) return <Screen title={texts.screens.labels}><Refusals problem={read.problem} /></Screen>;
  const { tone, text } = standing(label);
  const gone = label.fate === LabelFate.VOIDED || label.fate === LabelFate.DESTROYED ? t.gone : null;
  const latest = (copies.data ?? []).every((each) => each.copyNumber <= label.copyNumber);
  return (
    <Screen
      title={t.title(content.fields.product_name ?? '')} lead={<span className="row"><Badge tone={tone}>{text}</Badge> {t.copy(label.copyNumber)} · {content.fields.batch_number}</span>}
      actions={<>
        <Button for={LabelsService.method.reprintDoseLabel} why={latest ? null : t.gone} onClick={() => setAsking('reprint')}>{t.reprint}</Button>
        <Button for={LabelsService.method.voidLabel} why={gone} onClick={() => setAsking('void')}>{t.withdraw}</Button>
        <Button for={LabelsService.method.destroyLabel} why={label.fate === LabelFate.DESTROYED ? t.gone : null} onClick={() => setAsking('destroy')}>{t.destroy}</Button>
      </>}
    >
      <div className="label-columns">
        <Panel title={label.state === PrintState.QUEUED ? t.preview : t.printed}>
          <LabelPicture zpl={content.zpl} code={picture.data?.content} about={content.fields.product_name ?? ''} />
          <p className="id">{content.elementString}</p>
        </Panel>
        <div className="stack">
          <Panel title={t.next}><NextStep label={label} gone={gone} /></Panel>
          <Panel title={t.copy(label.copyNumber)}><About label={label} template={content.fields.template ?? ''} measured={<Activity of={content.measured} />} /></Panel>
        </div>
      </div>
      <Panel flush title={t.copies}><LabelTable labels={copies.data ?? []} empty={t.noLabels} chosen={printId} /></Panel>
      {asking === 'reprint' && <ReprintDialog label={label} close={() => setAsking(null)} />}
      {(asking === 'void' || asking === 'destroy') && <WithdrawDialog label={label} destroy={asking === 'destroy'} close={() => setAsking(null)} />}
    </Screen>
  );
}

function About({ label, template, measured }: { label: Label; template: string; measured: React.ReactNode }) {
  return (
    <Facts of={[
      [t.columns.serial, <Id of={label.serial} short={20} />], [t.template, template], [t.record, String(label.recordVersion)], [t.columns.printer, label.printer],
      [t.columns.by, <>{label.printedBy} <Time at={label.requestTime} /></>], [t.states[3]!, label.verifyTime ? <Time at={label.verifyTime} /> : ''], [t.columns.activity, measured],
      label.replacedPrintId !== '' && [t.replaces, <Link href={`/labels/${label.replacedPrintId}`}>{t.copy(label.copyNumber - 1)}</Link>],
      label.reprintReason !== 0 && [t.reprintWhy, t.reprintReasons[label.reprintReason]],
      label.withdrawalReason !== 0 && [t.withdraw, t.withdrawalReasons[label.withdrawalReason]],
      [t.columns.dose, <Link href={`/trace/${label.doseId}`} className="id">{label.doseId.slice(0, 12)}…</Link>], [t.hash, <Id of={label.contentHash} short={16} />],
    ]} />
  );
}
