import { useLocation } from 'wouter';
import type { Label } from '../../generated/doseline/labeling/v1/labels_pb';
import { Time } from '../../ui/Figures';
import { Badge } from '../../ui/Panel';
import { Table, type Column } from '../../ui/Table';
import { labelTexts as t } from '../../text/labels';
import { standing } from './tones';

/** Labels in a table, with those whose dose QA holds; a row opens its label. */
export function LabelTable({ labels, empty, chosen, held }: { labels: readonly Label[]; empty: string; chosen?: string; held?: ReadonlySet<string> }) {
  const [, go] = useLocation();
  const columns: Column<Label>[] = [
    { title: t.columns.serial, cell: (label) => <span className="id">{label.serial}</span> },
    { title: t.columns.copy, number: true, cell: (label) => label.copyNumber },
    { title: t.columns.state, cell: (label) => { const { tone, text } = standing(label); return <span className="row"><Badge tone={tone}>{text}</Badge>{held?.has(label.doseId) && <Badge tone="stop">{t.onHold}</Badge>}</span>; } },
    { title: t.columns.why, cell: (label) => t.reprintReasons[label.reprintReason] ?? t.withdrawalReasons[label.withdrawalReason] ?? '' },
    { title: t.columns.printer, cell: (label) => label.printer },
    { title: t.columns.by, cell: (label) => label.printedBy },
    { title: t.columns.at, cell: (label) => <Time at={label.requestTime} /> },
  ];
  return <Table<Label> rows={labels} label={t.tabs.all} rowKey={(label) => label.printId} empty={empty} chosen={chosen} onOpen={(label) => go(`/labels/${label.printId}`)} columns={columns} />;
}
