import { useState } from 'react';
import { useLocation } from 'wouter';
import { useAction } from '../../api/action';
import { useList, useRead } from '../../api/query';
import { DoseRecordsService } from '../../generated/doseline/execution/v1/records_pb';
import { LabelsService } from '../../generated/doseline/labeling/v1/labels_pb';
import { TemplatesService } from '../../generated/doseline/labeling/v1/templates_pb';
import { Button } from '../../ui/Button';
import { SelectField } from '../../ui/Fields';
import { Activity, Id, LiveActivity, Time } from '../../ui/Figures';
import { Facts, Loading, Panel, Screen } from '../../ui/Panel';
import { Refusals } from '../../ui/Refusals';
import { useToast } from '../../ui/Toasts';
import { texts } from '../../text/en';
import { batchTexts } from '../../text/batches';
import { labelTexts as t } from '../../text/labels';
import { LabelPicture } from './LabelPicture';
import { PrinterField } from './PrinterField';
import { printerOf, rememberPrinter } from './printer';

/** Prints the first label of a dose: what it will look like, and every reason when it may not be printed. */
export function PrintPage({ doseId }: { doseId: string }) {
  const [, go] = useLocation();
  const [market, setMarket] = useState('US');
  const dose = useRead(DoseRecordsService.method.getDoseRecord, { doseId });
  const record = dose.data?.record;
  const [printer, setPrinter] = useState(() => printerOf(''));
  const policies = useList(TemplatesService.method.listCodingPolicies, { pageSize: 500 }, (page) => page.policies);
  const preview = useRead(LabelsService.method.previewDoseLabel, { doseId, market });
  const print = useAction(LabelsService.method.printDoseLabel);
  const say = useToast();
  const markets = [...new Set((policies.data ?? []).map((policy) => policy.market).filter(Boolean))];
  const submit = async () => {
    const done = await print.run({ doseId, printer, market });
    if (!done?.label) return;
    rememberPrinter(printer);
    say(t.queued(printer));
    go(`/labels/${done.label.printId}`);
  };
  if (dose.loading) return <Loading />;
  return (
    <Screen title={t.title(record?.productName ?? '')} lead={record && <>{record.batchNumber} · <LiveActivity of={record.measured} /></>}>
      <Refusals problem={dose.problem} />
      <div className="label-columns">
        <Panel title={t.preview} aside={preview.data && <span className="small soft">{t.template}: {preview.data.content?.fields.template} · {t.copy(preview.data.copyNumber)}</span>}>
          {preview.loading && <Loading />}
          <Refusals problem={preview.problem} />
          {preview.data?.content && <>
            <LabelPicture zpl={preview.data.content.zpl} code={preview.data.codeSvg} about={record?.productName ?? ''} />
            <p className="id">{preview.data.content.elementString}</p>
          </>}
        </Panel>
        <div className="stack">
          <Panel title={t.print}>
            <form className="stack" onSubmit={(event) => { event.preventDefault(); void submit(); }}>
              <PrinterField siteId={record?.siteId ?? ''} value={printer} onChange={setPrinter} />
              <SelectField label={t.market} value={market} onChange={setMarket} empty={t.noMarket} options={(markets.includes(market) || !market ? markets : [market, ...markets]).map((each) => [each, each] as const)} />
              <Refusals problem={print.problem} />
              <div className="row"><Button type="submit" kind="primary" size="large" for={LabelsService.method.printDoseLabel} busy={print.busy} why={preview.problem ? preview.problem.message : null}>{t.print}</Button></div>
            </form>
          </Panel>
          {record && <Panel title={t.columns.dose}>
            <Facts of={[
              [batchTexts.measured, <Activity of={record.measured} />], [batchTexts.ordered, <Activity of={record.ordered} />], [batchTexts.volume, `${record.volumeMl} mL`],
              [batchTexts.expires, <Time at={record.expireTime} day="always" />], [t.record, String(record.recordVersion)], [texts.screens.trace, <Id of={doseId} />],
            ]} />
          </Panel>}
        </div>
      </div>
    </Screen>
  );
}
