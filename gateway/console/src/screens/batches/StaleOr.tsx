import { isStale, type Problem } from '../../api/refusals';
import { Note } from '../../ui/Panel';
import { Refusals } from '../../ui/Refusals';
import { batchTexts as t } from '../../text/batches';

/** A refusal; when the record is newer than what was seen, what to do about it stands above. */
export function StaleOr({ problem }: { problem: Problem | null }) {
  if (!problem) return null;
  return isStale(problem) ? <><Note tone="warn" title={t.staleTitle}>{t.changedHint}</Note><Refusals problem={problem} /></> : <Refusals problem={problem} />;
}
