import { useState } from 'react';
import { Link } from 'wouter';
import { useAction } from '../../api/action';
import { useRead } from '../../api/query';
import { now } from '../../app/clock';
import { useZoneOf } from '../../app/session';
import { PossessionService } from '../../generated/doseline/inventory/v1/possession_pb';
import { ContainerState, WasteService, type Container } from '../../generated/doseline/waste/v1/waste_pb';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { Amount, Time } from '../../ui/Figures';
import { Badge, Facts, Loading, Note, Panel, Screen } from '../../ui/Panel';
import { Refusals } from '../../ui/Refusals';
import { Table } from '../../ui/Table';
import { useToast } from '../../ui/Toasts';
import { millis, momentText } from '../../physics/time';
import { texts } from '../../text/en';
import { wasteTexts as t } from '../../text/waste';
import { Clock } from './Clock';
import { toneOf } from './Containers';
import { DisposeDialog } from './DisposeDialog';
import { SurveyForm } from './SurveyForm';

/** One container: what is in it now, its clock and its rules, and what to do next. */
export function ContainerPage({ id }: { id: string }) {
  const read = useRead(WasteService.method.getContainer, { containerId: id }, { everySeconds: 10 });
  const close = useAction(WasteService.method.closeContainer, PossessionService.typeName);
  const [disposing, setDisposing] = useState(false);
  const [closing, setClosing] = useState(false);
  const [all, setAll] = useState(false);
  const say = useToast();
  const container = read.data?.container;
  if (read.loading) return <Loading />;
  if (!container || !read.data) return <Screen title={texts.screens.waste}><Refusals problem={read.problem} /></Screen>;
  const { policy } = container;
  // The strongest first; most of the others are progeny in equilibrium with it.
  const contents = [...read.data.contents].filter((each) => each.activityBq > 0).sort((a, b) => b.activityBq - a.activityBq);
  const few = 6;
  return (
    <Screen
      title={container.label} lead={<span className="row"><Badge tone={toneOf(container.state)}>{t.states[container.state]}</Badge> {container.roomId}</span>}
      actions={<>
        {container.state === ContainerState.OPEN && <Button kind="primary" for={WasteService.method.closeContainer} busy={close.busy} title={t.closeHint} onClick={() => { close.clear(); setClosing(true); }}>{t.close}</Button>}
        <Button kind="danger" for={WasteService.method.disposeContainer} why={container.state === ContainerState.OPEN || container.state === ContainerState.DISPOSED ? t.states[container.state]! : null} onClick={() => setDisposing(true)}>{t.dispose}</Button>
      </>}
    >
      {!closing && <Refusals problem={close.problem} />}
      <div className="columns-2">
        <div className="stack">
          <Panel title={t.next}><Next container={container} refresh={read.refresh} /></Panel>
          <Panel flush title={t.contents} aside={<span>{t.total}: <strong><Amount bq={read.data.totalBq} /></strong></span>}>
            <Table rows={all ? contents : contents.slice(0, few)} label={t.contents} rowKey={(each) => each.nuclide} empty={t.noContents} columns={[
              { title: t.parents, cell: (each) => each.nuclide }, { title: t.columns.activity, number: true, cell: (each) => <Amount bq={each.activityBq} nuclide={each.nuclide} /> },
            ]} />
            {contents.length > few && !all && <div className="row" style={{ padding: '0.75rem' }}><button type="button" className="button small" onClick={() => setAll(true)}>{t.showAll(contents.length)}</button></div>}
          </Panel>
        </div>
        <div className="stack">
          <Panel title={t.policy}>
            <Facts of={[
              [t.kind, policy?.decayInStorage ? t.decay : t.transfer], [t.columns.clock, <Clock of={container} />], [t.columns.by, container.clockNuclide],
              [t.condition, policy?.licenceCondition], [t.halfLife, policy?.maxHalfLifeDays ? `${policy.maxHalfLifeDays} ${t.days}` : ''], [t.halfLives, policy?.minHalfLives ? String(policy.minHalfLives) : ''],
              [t.release, policy?.releaseLimitBq ? <Amount bq={policy.releaseLimitBq} /> : ''], [t.significance, policy?.significanceLimitBq ? <Amount bq={policy.significanceLimitBq} /> : ''],
              [t.margin, policy?.backgroundMarginCpm ? `${policy.backgroundMarginCpm} ${t.cpm}` : ''], [t.source, policy?.source], [t.version, String(container.version)],
            ]} />
          </Panel>
          {container.survey && <Panel title={t.lastSurvey} aside={<Badge tone={container.survey.passed ? 'ok' : 'stop'}>{container.survey.passed ? t.passed : t.failed}</Badge>}>
            <Facts of={[[t.background, `${container.survey.backgroundCpm} ${t.cpm}`], [t.surface, `${container.survey.surfaceCpm} ${t.cpm}`], [t.instrument, container.survey.instrument], [t.survey, <Time at={container.survey.surveyTime} day="always" />]]} />
          </Panel>}
          <Panel title={`${t.items} (${container.wasteIds.length})`}>
            <div className="row">{container.wasteIds.map((waste) => <Link key={waste} href={`/trace/${waste}`} className="id">{waste.slice(0, 10)}…</Link>)}</div>
          </Panel>
        </div>
      </div>
      {closing && (
        <Dialog title={t.closeTitle(container.label)} onClose={() => setClosing(false)} onSubmit={() => void close.run({ containerId: id, version: container.version }).then((done) => { if (done) { say(t.closed); setClosing(false); } else read.refresh(); })} foot={<>
          <button type="button" className="button" onClick={() => setClosing(false)}>{texts.cancel}</button>
          <Button type="submit" kind="primary" for={WasteService.method.closeContainer} busy={close.busy}>{t.closeFinally}</Button>
        </>}>
          <p>{t.closeAsks(container.wasteIds.length)}</p>
          <Refusals problem={close.problem} />
        </Dialog>
      )}
      {disposing && <DisposeDialog container={container} refresh={read.refresh} close={() => setDisposing(false)} />}
    </Screen>
  );
}

function Next({ container, refresh }: { container: Container; refresh(): void }) {
  const zone = useZoneOf()(container.siteId);
  const eligible = millis(container.eligibleTime);
  switch (container.state) {
    case ContainerState.OPEN: return <p>{t.closeHint}</p>;
    case ContainerState.CLOSED: return eligible === null ? <Note>{t.waits}</Note> : <Note>{t.decaying(momentText(eligible, zone, now()))}</Note>;
    case ContainerState.ELIGIBLE: return <SurveyForm container={container} refresh={refresh} />;
    case ContainerState.SURVEYED: return <Note tone="ok">{t.surveyPassed}</Note>;
    default: return <p className="soft">{t.nothing}</p>;
  }
}
