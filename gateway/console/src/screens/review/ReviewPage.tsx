import { useState } from 'react';
import { Link } from 'wouter';
import { Countdown, Id, Time } from '../../ui/Figures';
import { Facts, Loading, Note, Panel, Screen } from '../../ui/Panel';
import { Refusals } from '../../ui/Refusals';
import { percentText } from '../../physics/units';
import { texts } from '../../text/en';
import { batchTexts } from '../../text/batches';
import { reviewTexts as t } from '../../text/review';
import { ExceptionCard } from '../batches/Exceptions';
import { StepValues } from '../batches/StepValues';
import { Decision } from './Decision';
import { Deviations } from './Deviations';
import { soonest } from './dispositions';
import { Holds } from './Holds';
import { Investigations } from './Investigations';
import { RecordResultDialog } from './RecordResultDialog';
import { ResultTable } from './Results';
import { SecondLooks } from './SecondLooks';
import { deviating, isClean, useReview } from './useReview';
import { WholeRecord } from './WholeRecord';

/** One batch for QA: what deviates, what stands against release, the decision, and the whole record behind it. */
export function ReviewPage({ id }: { id: string }) {
  const all = useReview(id);
  const [recording, setRecording] = useState(false);
  if (all.loading) return <Loading />;
  const { review, record } = all;
  if (!review) return <Screen title={texts.screens.review}><Refusals problem={all.problem} /></Screen>;
  const found = deviating(all);
  const first = soonest(review.dispositions);
  const strip: readonly (readonly [string, number])[] = [
    [t.strip.exceptions, found.exceptions.length], [t.strip.outside, found.outside.length], [t.strip.results, found.results.length],
    [t.strip.deviations, found.openDeviations], [t.strip.holds, found.holds.length], [t.strip.obstacles, review.obstacles.length],
  ];
  return (
    <Screen
      title={review.batchNumber || id} lead={<>{review.productCode} {first && <>· {t.releaseBy} <Time at={first} /> · <Countdown to={first} nearMinutes={120} /></>}</>}
      actions={<><button type="button" className="button" onClick={() => setRecording(true)}>{t.record2}</button><Link href={`/batches/${id}`} className="button">{texts.screens.batches}</Link></>}
    >
      <div className="strip">{strip.map(([name, n]) => <div key={name} className={n > 0 ? 'some' : ''}><span className="figure">{n}</span>{name}</div>)}</div>
      {review.recordVersion === 0n && <Note tone="warn" title={t.notReady} />}
      <div className="review">
        <div className="stack">
          <Panel title={t.deviates}>
            {isClean(found) && <Note tone="ok" title={t.clean}>{t.cleanHint}</Note>}
            {found.exceptions.map((each) => <ExceptionCard key={each.exceptionId} exception={each} batchId={id} />)}
            {found.outside.map((step) => <Note key={step.stepId} tone="warn" title={step.title}><StepValues values={step.values} />{step.comment && <p>{t.remarked(step.performedBy, step.comment)}</p>}</Note>)}
            {found.unverified.map((step) => <Note key={step.stepId} tone="warn" title={t.unverified(step.title)} />)}
            {found.remarked.map((step) => <Note key={step.stepId} title={step.title}>{t.remarked(step.performedBy, step.comment)}</Note>)}
            {found.losses.map((each) => <Note key={each.movementId} title={batchTexts.movementKinds[each.kind]}>{t.remarked(each.doneBy, each.note)}</Note>)}
            {found.results.length > 0 && <ResultTable results={found.results} />}
            {found.balance !== null && <Note tone="warn">{t.balance(percentText(found.balance), percentText(record?.balance?.toleranceFraction ?? 0))}</Note>}
            <SecondLooks looks={found.looks} />
            <Holds holds={found.holds} />
            <Investigations investigations={all.investigations} results={all.results} />
            <Deviations batchId={id} deviations={found.deviations} />
          </Panel>
          <WholeRecord all={all} />
        </div>
        <div className="stack">
          <Panel title={t.obstacles}>
            {review.obstacles.length === 0 ? <Note tone="ok">{t.noObstacles}</Note> : (
              <ul className="obstacles">{review.obstacles.map((each, i) => <li key={i}><p>{each.message}</p><code className="id">{each.code}</code></li>)}</ul>
            )}
            {review.pendingTestCodes.length > 0 && <p className="small soft">{t.pending}: {review.pendingTestCodes.join(', ')}</p>}
          </Panel>
          <Decision review={review} refresh={all.refresh} />
          <Panel title={t.record}>
            <Facts of={[[t.record, String(review.recordVersion)], [t.specification, String(review.specificationVersion)], [t.hash, <Id of={review.recordHash} short={20} />]]} />
          </Panel>
        </div>
      </div>
      {recording && <RecordResultDialog batchId={id} productCode={review.productCode} doses={review.dispositions} results={all.results} close={() => setRecording(false)} />}
    </Screen>
  );
}
