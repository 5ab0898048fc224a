import type { HotCell } from '../../generated/doseline/execution/v1/equipment_pb';
import { Activity, Amount, Time } from '../../ui/Figures';
import { Badge, Facts, Panel } from '../../ui/Panel';
import { Table } from '../../ui/Table';
import { numberText } from '../../physics/units';
import { cellTexts as t } from '../../text/cells';

/** The last survey, and on what ground the cell is clear. */
export function SurveyView({ cell, zone }: { cell: HotCell; zone: string }) {
  const { survey, clearance } = cell;
  const nuclide = cell.equipment?.lastNuclide ?? '';
  return (
    <Panel title={t.survey} aside={survey && <Badge tone={survey.passed ? 'ok' : 'stop'}>{survey.passed ? t.clear : t.notClear}</Badge>}>
      {!survey && <p className="soft">{t.noSurvey}</p>}
      {survey && <>
        <Facts of={[
          [t.measuredSum, <Activity of={survey.measured} plain />], [t.limit, <Amount bq={survey.limitBq} nuclide={nuclide} />], [t.instrument, survey.instrumentCode], [t.background, `${numberText(survey.backgroundCpm)} ${t.cpm}`],
          [t.count, `${numberText(survey.countSeconds)} ${t.seconds}`], [t.efficiency, `${numberText(survey.efficiency * 100)} ${t.percent}`], [t.surveyedBy, survey.surveyedBy], [t.at, <Time at={survey.surveyTime} zone={zone} />],
        ]} />
        <Table
          rows={survey.readings.map((each, i) => ({ ...each, key: String(i) }))} label={t.readings} rowKey={(each) => each.key}
          columns={[
            { title: t.place, cell: (each) => each.place }, { title: t.gross, number: true, cell: (each) => `${numberText(each.grossCpm)} ${t.cpm}` },
            { title: t.measured, number: true, cell: (each) => `${numberText(each.measuredCm2)} ${t.cm2}` }, { title: t.standsFor, number: true, cell: (each) => `${numberText(each.standsForCm2)} ${t.cm2}` },
          ]}
        />
      </>}
      {clearance && <Facts of={[
        [t.clearance, t.bases[clearance.basis]], [t.found2, <Amount bq={clearance.foundBq} nuclide={nuclide} />], [t.limit, <Amount bq={clearance.limitBq} nuclide={nuclide} />],
        [t.clearedBy, clearance.clearedBy], [t.clearFrom, <Time at={clearance.clearTime} zone={zone} />],
      ]} />}
    </Panel>
  );
}
