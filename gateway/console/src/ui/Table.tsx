import type { ReactNode } from 'react';
import { Empty, Loading } from './Panel';
import { Refusals } from './Refusals';
import type { List } from '../api/query';
import { texts } from '../text/en';

/** A column of a table. */
export interface Column<T> {
  readonly title: string;
  readonly cell: (row: T) => ReactNode;
  readonly number?: boolean;
}

interface Props<T> {
  rows: readonly T[];
  columns: readonly Column<T>[];
  rowKey: (row: T) => string;
  label: string;
  empty?: ReactNode;
  onOpen?: (row: T) => void;
  chosen?: string | undefined;
}

/** Rows and columns. A row that opens something can be reached by its first cell's button with the keyboard. */
export function Table<T>({ rows, columns, rowKey, label, empty, onOpen, chosen }: Props<T>) {
  if (rows.length === 0) return <Empty>{empty ?? texts.nothing}</Empty>;
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={label}>
      <table className="table">
        <caption className="hidden-text">{label}</caption>
        <thead><tr>{columns.map((column) => <th key={column.title} scope="col" className={column.number ? 'number' : undefined}>{column.title}</th>)}</tr></thead>
        <tbody>
          {rows.map((row) => {
            const key = rowKey(row);
            return (
              <tr key={key} className={[onOpen && 'linked', chosen === key && 'chosen'].filter(Boolean).join(' ') || undefined} onClick={onOpen && (() => onOpen(row))}>
                {columns.map((column, i) => (
                  <td key={column.title} className={column.number ? 'number' : undefined}>
                    {i === 0 && onOpen
                      ? <button type="button" className="button quiet small" onClick={(event) => { event.stopPropagation(); onOpen(row); }}>{column.cell(row)}</button>
                      : column.cell(row)}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** A table of a list that is read page by page. */
export function ListTable<T>({ list, ...table }: Omit<Props<T>, 'rows'> & { list: List<T> }) {
  if (list.loading) return <Loading />;
  if (list.problem && !list.data) return <Refusals problem={list.problem} />;
  return (
    <>
      <Table rows={list.data ?? []} {...table} />
      {list.more && <div className="row" style={{ padding: '0.75rem' }}><button type="button" className="button" onClick={list.loadMore}>{texts.more}</button></div>}
    </>
  );
}
