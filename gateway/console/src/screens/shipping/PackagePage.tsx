import { useState } from 'react';
import { Link } from 'wouter';
import { useList, useRead } from '../../api/query';
import { CustomersService } from '../../generated/doseline/orders/v1/customers_pb';
import { MilestoneKind, OrdersService } from '../../generated/doseline/orders/v1/orders_pb';
import { DispositionService } from '../../generated/doseline/quality/v1/disposition_pb';
import { Disposition } from '../../generated/doseline/quality/v1/events_pb';
import { PackagesService, PackageState, type Package } from '../../generated/doseline/shipping/v1/packages_pb';
import { Button } from '../../ui/Button';
import { Activity, Countdown, LiveActivity, Time } from '../../ui/Figures';
import { Badge, Facts, Loading, Note, Panel, Screen } from '../../ui/Panel';
import { Refusals } from '../../ui/Refusals';
import { Table } from '../../ui/Table';
import { texts } from '../../text/en';
import { shippingTexts as t } from '../../text/shipping';
import { milestone } from '../board/milestones';
import { Class7 } from './Class7';
import { Deliver } from './Deliver';
import { DissolveDialog, VoidDialog, WithdrawDialog } from './UndoDialogs';
import { HandOver } from './HandOver';
import { Papers } from './Papers';
import { isHere, toneOf } from './shown';
import { SurveyForm } from './SurveyForm';
import { SurveyView } from './SurveyView';

/** One package: what is in it, what it is by the rules, its paper, and the one thing to do next. */
export function PackagePage({ id }: { id: string }) {
  const read = useRead(PackagesService.method.getPackage, { packageId: id }, { everySeconds: 5 });
  const pack = read.data?.package;
  const order = useRead(OrdersService.method.getOrder, pack?.doses[0] ? { orderId: pack.doses[0].orderId } : null);
  const customer = useRead(CustomersService.method.getCustomer, pack ? { customerId: pack.customerId } : null);
  const dispositions = useList(DispositionService.method.listDispositions, pack ? { siteId: pack.siteId, pageSize: 500 } : null, (page) => page.dispositions, { everySeconds: 5 });
  const [asking, setAsking] = useState<'dissolve' | 'void' | 'withdraw' | 'survey' | null>(null);
  if (read.loading) return <Loading />;
  if (!pack) return <Screen title={texts.screens.shipping}><Refusals problem={read.problem} /></Screen>;
  const cutoff = order.data?.order && milestone(order.data.order, MilestoneKind.SHIP);
  const here = isHere(pack);
  const held = pack.doses.filter((dose) => dispositions.data?.some((each) => each.doseId === dose.doseId && each.state === Disposition.QUARANTINE));
  const surveying = pack.state === PackageState.OPEN || asking === 'survey';
  return (
    <Screen
      title={t.package(pack.packageNumber)}
      lead={<span className="row"><Badge tone={toneOf(pack.state)}>{t.states[pack.state]}</Badge> {customer.data?.customer?.name} {here && <>· {t.cutoff} <Countdown to={cutoff} /></>}</span>}
      actions={<>
        {here && pack.state !== PackageState.OPEN && <Button for={PackagesService.method.recordSurvey} onClick={() => setAsking(asking === 'survey' ? null : 'survey')}>{t.surveyAgain}</Button>}
        <Button for={PackagesService.method.voidShipment} why={pack.state === PackageState.SHIPPED ? null : t.states[pack.state]!} onClick={() => setAsking('void')}>{t.back}</Button>
        {pack.state === PackageState.DELIVERED && <Button for={PackagesService.method.withdrawDelivery} onClick={() => setAsking('withdraw')}>{t.withdraw}</Button>}
        <Button kind="danger" for={PackagesService.method.dissolvePackage} why={here ? null : t.states[pack.state]!} onClick={() => setAsking('dissolve')}>{t.dissolve}</Button>
      </>}
    >
      {here && held.length > 0 && <Note tone="stop" title={t.onHold}>{t.heldDoses(held.length, pack.doses.length)}</Note>}
      {pack.incidents.length > 0 && <Note tone="stop" title={t.incidents}>{pack.incidents.map((each) => each.toLowerCase().replaceAll('_', ' ')).join(', ')}</Note>}
      <div className="columns-2">
        <div className="stack">
          <Panel title={surveying ? t.survey : t.nextTitle}>
            {surveying && <SurveyForm pack={pack} refresh={read.refresh} done={() => setAsking(null)} />}
            {!surveying && (pack.state === PackageState.SURVEYED || pack.state === PackageState.PAPERED) && <HandOver pack={pack} promised={order.data?.order?.promise?.carrier ?? ''} refresh={read.refresh} />}
            {!surveying && pack.state === PackageState.SHIPPED && <Deliver pack={pack} zone={customer.data?.customer?.zone ?? 'UTC'} refresh={read.refresh} />}
            {pack.state === PackageState.DELIVERED && <Delivered pack={pack} zone={customer.data?.customer?.zone ?? 'UTC'} />}
            {pack.state === PackageState.DISSOLVED && <p className="soft">{t.nothingGone}</p>}
          </Panel>
          <Contents pack={pack} />
        </div>
        <div className="stack">
          <Class7 of={pack.classification} />
          {pack.survey && !surveying && <SurveyView survey={pack.survey} />}
          <Papers pack={pack} refresh={read.refresh} />
          <HandOvers pack={pack} />
        </div>
      </div>
      {asking === 'dissolve' && <DissolveDialog pack={pack} refresh={read.refresh} close={() => setAsking(null)} />}
      {asking === 'withdraw' && <WithdrawDialog pack={pack} refresh={read.refresh} close={() => setAsking(null)} />}
      {asking === 'void' && <VoidDialog pack={pack} refresh={read.refresh} close={() => setAsking(null)} />}
    </Screen>
  );
}

function Contents({ pack }: { pack: Package }) {
  return (
    <Panel title={t.contents}>
      {pack.doses.map((dose) => (
        <Facts key={dose.doseId} of={[
          [t.columns.dose, <Link href={`/trace/${dose.doseId}`}>{dose.productName}</Link>], [t.batch, dose.batchNumber], [t.order, <Link href={`/orders/${dose.orderId}`} className="id">{dose.orderId.slice(0, 10)}…</Link>],
          [t.columns.activity, <span className="contents">{dose.contents.map((part, i) => <LiveActivity key={i} of={part} />)}</span>],
          [t.measured, <span className="contents">{dose.contents.map((part, i) => <Activity key={i} of={part} />)}</span>], [t.expires, <Time at={dose.expireTime} day="always" />],
        ]} />
      ))}
      <Facts of={[[t.physicalForm, t.forms[pack.physicalForm]], [t.chemicalForm, pack.chemicalForm], [t.mass, pack.contentMassGrams ? `${pack.contentMassGrams} g` : ''], [t.seal, pack.sealId], [texts.version, String(pack.version)]]} />
    </Panel>
  );
}

function Delivered({ pack, zone }: { pack: Package; zone: string }) {
  const { delivery } = pack;
  return <Facts of={[[t.deliveredAt, <Time at={delivery?.deliveryTime} zone={zone} day="always" />], [t.recipient, delivery?.recipient], [t.condition, delivery?.condition], [t.seal, delivery?.sealId], [t.intact, <Badge tone={delivery?.intact ? 'ok' : 'stop'}>{delivery?.intact ? texts.yes : texts.no}</Badge>]]} />;
}

function HandOvers({ pack }: { pack: Package }) {
  return (
    <Panel flush title={t.history}>
      <Table
        rows={pack.shipments} label={t.history} rowKey={(each) => String(each.attempt)} empty={t.noHistory}
        columns={[
          { title: t.attempt, cell: (each) => each.attempt }, { title: t.carrier, cell: (each) => each.carrier }, { title: t.tracking, cell: (each) => each.trackingReference },
          { title: t.handOver, cell: (each) => <Time at={each.shipTime} /> }, { title: t.planned, cell: (each) => <Time at={each.plannedDeliveryTime} /> },
          { title: t.voided, cell: (each) => each.voidTime && <><Time at={each.voidTime} /> {each.voidReason}</> },
        ]}
      />
    </Panel>
  );
}
