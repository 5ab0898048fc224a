import { useId } from 'react';
import { useList } from '../../api/query';
import { LabelsService, PrintState } from '../../generated/doseline/labeling/v1/labels_pb';
import { TextField } from '../../ui/Fields';
import { Note } from '../../ui/Panel';
import { labelTexts as t } from '../../text/labels';

/** The printer a label is for, with those at hand that labels have come out of at this site; a name that none ever came out of is questioned before anything waits for it. */
export function PrinterField({ siteId, value, onChange }: { siteId: string; value: string; onChange(value: string): void }) {
  const id = useId();
  const labels = useList(LabelsService.method.listLabels, siteId ? { siteId, pageSize: 500 } : null, (page) => page.labels);
  const known = [...new Set((labels.data ?? []).filter((each) => each.state === PrintState.PRINTED || each.state === PrintState.VERIFIED).map((each) => each.printer))].sort();
  const strange = value.trim() !== '' && labels.data !== undefined && !known.includes(value.trim());
  return (
    <>
      <TextField label={t.printer} value={value} onChange={onChange} list={id} required />
      <datalist id={id}>{known.map((each) => <option key={each} value={each} />)}</datalist>
      {strange && <Note tone="warn" title={t.strangePrinter(value.trim())}>{known.length > 0 ? t.knownPrinters(known.join(', ')) : t.noKnownPrinters}</Note>}
    </>
  );
}
