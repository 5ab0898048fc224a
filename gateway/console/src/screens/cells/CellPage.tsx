import { useState } from 'react';
import { Link } from 'wouter';
import { useRead } from '../../api/query';
import { useNow } from '../../app/clock';
import { useSession, useZoneOf } from '../../app/session';
import { EquipmentService, HotCellPhase, type HotCell } from '../../generated/doseline/execution/v1/equipment_pb';
import { HotCellsService } from '../../generated/doseline/execution/v1/hot_cells_pb';
import { Button } from '../../ui/Button';
import { Amount, LiveActivity, Time } from '../../ui/Figures';
import { Badge, Facts, Loading, Note, Panel, Screen } from '../../ui/Panel';
import { Refusals } from '../../ui/Refusals';
import { texts } from '../../text/en';
import { cellTexts as t } from '../../text/cells';
import { CleanBadge, ClearBadge, PhaseBadge } from './Badges';
import { CleaningDialog } from './CleaningDialog';
import { FoundDialog } from './FoundDialog';
import { Inside } from './Inside';
import { Logbook } from './Logbook';
import { SurveyDialog } from './SurveyDialog';
import { SurveyView } from './SurveyView';
import { isClean, portable, type Turn } from './turn';

type Asking = 'found' | 'survey' | 'clean';

/** One hot cell: what lies in it, the steps of turning it around with who said so, and its logbook. */
export function CellPage({ id }: { id: string }) {
  const session = useSession();
  const read = useRead(EquipmentService.method.getHotCell, { hotCellId: id }, { everySeconds: 5 });
  const zone = useZoneOf()(read.data?.hotCell?.equipment?.siteId ?? '');
  const [asking, setAsking] = useState<Asking | null>(null);
  const cell = read.data?.hotCell;
  const equipment = cell?.equipment;
  if (read.loading) return <Loading />;
  if (!cell || !equipment) return <Screen title={texts.screens.cells}><Refusals problem={read.problem} /></Screen>;
  const occupied = cell.phase === HotCellPhase.OCCUPIED ? t.todo.batch : null;
  const used = equipment.lastNuclide === '' ? t.neverUsed : null;
  return (
    <Screen
      title={equipment.code} lead={<span className="row"><PhaseBadge cell={cell} /><ClearBadge cell={cell} /><CleanBadge cell={cell} /></span>}
      actions={<>
        <Button for={HotCellsService.method.recordCellWaste} why={occupied ?? used} onClick={() => setAsking('found')}>{t.found}</Button>
        <Button for={HotCellsService.method.surveyCell} why={occupied ?? used} onClick={() => setAsking('survey')}>{t.survey}</Button>
        <Button for={EquipmentService.method.recordCleaning} why={occupied} onClick={() => setAsking('clean')}>{t.clean}</Button>
      </>}
    >
      <Panel title={t.turn}><Steps cell={cell} /></Panel>
      <Inside cell={cell} />
      <div className="columns-2">
        <SurveyView cell={cell} zone={zone} />
        <Panel title={equipment.code}>
          <Facts of={[
            [t.state, t.states[equipment.state]], [t.room, equipment.roomId], [t.lastFor, equipment.lastProductCode ? `${equipment.lastProductCode} · ${equipment.lastNuclide}` : t.neverUsed],
            equipment.batchId !== '' && [t.batch, <Link href={`/batches/${equipment.batchId}`} className="id">{equipment.batchId.slice(0, 10)}…</Link>],
            [t.limit, <Amount bq={equipment.clearanceLimitBq} nuclide={equipment.lastNuclide} />], [t.qualified, <Time at={equipment.qualificationDueTime} zone={zone} day="always" />],
            equipment.procedure !== '' && [t.trainedOn, equipment.procedure],
            [t.cleanLevel, equipment.cleaning ? t.level(equipment.cleaning.level) : ''], [t.procedure, equipment.cleaning?.procedure], [t.cleanedBy, equipment.cleaning?.cleanedBy],
            [t.cleanedAt, <Time at={equipment.cleaning?.cleanTime} zone={zone} />], [t.cleanUntil, <Time at={equipment.cleaning?.expireTime} zone={zone} />],
          ]} />
        </Panel>
      </div>
      <Logbook equipment={equipment} zone={zone} site={session.allSites.find((each) => each.siteId === equipment.siteId)} />
      {asking === 'found' && <FoundDialog cell={cell} zone={zone} close={() => setAsking(null)} />}
      {asking === 'survey' && <SurveyDialog cell={cell} close={() => setAsking(null)} />}
      {asking === 'clean' && <CleaningDialog equipment={equipment} close={() => setAsking(null)} />}
    </Screen>
  );
}

// Where one stands, each step with who said that it is done.
function Steps({ cell }: { cell: HotCell }) {
  const now = useNow(15);
  const occupied = cell.phase === HotCellPhase.OCCUPIED;
  const { clearance } = cell;
  const cleaning = cell.equipment?.cleaning;
  const done: Record<Turn, boolean> = { out: !occupied && portable(cell).length === 0, survey: !occupied && cell.clear, clean: !occupied && isClean(cell, now) };
  const said: Record<Turn, React.ReactNode> = {
    out: !done.out && !occupied && t.items(portable(cell).length),
    survey: clearance ? <>{t.bases[clearance.basis]}: <Amount bq={clearance.foundBq} nuclide={cell.equipment?.lastNuclide ?? ''} />, {t.limit.toLowerCase()} <Amount bq={clearance.limitBq} nuclide={cell.equipment?.lastNuclide ?? ''} /> · {clearance.clearedBy} <Time at={clearance.clearTime} /></>
      : cell.residual && !occupied ? <><LiveActivity of={cell.residual} everySeconds={5} />{cell.clearTime && <> · {t.decaysTo} <Time at={cell.clearTime} /></>}</> : null,
    clean: done.clean && cleaning && <>{cleaning.procedure}, {t.level(cleaning.level)} · {cleaning.cleanedBy} <Time at={cleaning.cleanTime} /></>,
  };
  return (
    <>
      {occupied && <Note>{t.todo.batch}</Note>}
      <ol className="turn">
        {(['out', 'survey', 'clean'] as const).map((step) => (
          <li key={step} data-turn={step}><Badge tone={done[step] ? 'ok' : occupied ? 'plain' : 'warn'}>{done[step] ? t.done : occupied ? t.waits : t.open}</Badge> <strong>{t.steps[step]}</strong> <span>{said[step]}</span></li>
        ))}
      </ol>
    </>
  );
}
