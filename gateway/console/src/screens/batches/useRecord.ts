// The record of a batch as it is now, and what others changed since one began to type.
import { useCallback, useEffect, useRef, useState } from 'react';
import { useRead, type Read } from '../../api/query';
import { useWatch } from '../../api/watch';
import { useSession } from '../../app/session';
import { BatchRecordsService, type BatchRecord, type GetBatchRecordResponse } from '../../generated/doseline/execution/v1/batch_records_pb';
import { changesBetween } from './changes';

/** The record, kept current. */
export interface LiveRecord {
  readonly read: Read<GetBatchRecordResponse>;
  readonly record: BatchRecord | undefined;
  /** What others did since the person last said that it was seen. */
  readonly changes: readonly string[];
  markSeen(): void;
}

/** Reads the record again whenever the stream of its site says that it has a new version. */
export function useRecord(batchId: string): LiveRecord {
  const { name } = useSession();
  const read = useRead(BatchRecordsService.method.getBatchRecord, { batchId });
  const record = read.data?.record;
  const siteId = record?.batch?.siteId;
  const watched = useWatch(BatchRecordsService.method.watchBatches, siteId ? { siteId } : null, (message) => [message.batch!.batchId, message.batch!.recordVersion]);
  const live = watched.rows.get(batchId);
  const [changes, setChanges] = useState<readonly string[]>([]);
  const last = useRef<BatchRecord | null>(null);

  const { refresh } = read;
  useEffect(() => {
    if (live !== undefined && record?.batch && live > record.batch.recordVersion) refresh();
    // Only a newer version is a reason to read again.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [live]);

  useEffect(() => {
    if (!record) return;
    if (last.current && last.current.batch?.batchId === record.batch?.batchId) {
      const found = changesBetween(last.current, record, name);
      if (found.length > 0) setChanges((old) => [...old, ...found]);
    }
    last.current = record;
  }, [record, name]);

  return { read, record, changes, markSeen: useCallback(() => setChanges([]), []) };
}
