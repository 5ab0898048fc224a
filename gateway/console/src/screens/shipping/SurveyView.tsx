import type { Survey } from '../../generated/doseline/shipping/v1/packages_pb';
import { Time } from '../../ui/Figures';
import { Facts, Note, Panel } from '../../ui/Panel';
import { numberText } from '../../physics/units';
import { shippingTexts as t } from '../../text/shipping';

const microsieverts = (nanosieverts: bigint) => `${numberText(Number(nanosieverts) / 1000)} ${t.microsievert}`;

/** A survey as it was recorded. */
export function SurveyView({ survey }: { survey: Survey }) {
  return (
    <Panel title={t.survey}>
      {survey.findings.length > 0 && <Note tone="stop" title={t.findings}>{survey.findings.map((each) => each.toLowerCase().replaceAll('_', ' ')).join(', ')}</Note>}
      <Facts of={[
        [t.surface, microsieverts(survey.surfaceDoseRateNsvPerHour)], [t.oneMeter, microsieverts(survey.oneMeterDoseRateNsvPerHour)],
        ...survey.wipes.map((wipe) => [`${t.contamination}, ${t.wipeKinds[wipe.radiation]}`, `${numberText(wipe.contaminationBqPerCm2, 3)} Bq/cm²`] as const),
        [t.instrument, survey.instrumentCode || survey.instrumentId], [t.seal, survey.sealId], [t.surveyor, <>{survey.surveyorName} <Time at={survey.surveyTime} /></>],
      ]} />
    </Panel>
  );
}
