import { useState } from 'react';
import { useRead } from '../../api/query';
import { AnalysisService } from '../../generated/doseline/quality/v1/analysis_pb';
import { CertificateService } from '../../generated/doseline/quality/v1/certificate_pb';
import type { DoseDisposition } from '../../generated/doseline/quality/v1/disposition_pb';
import { useSettings } from '../../app/settings';
import { Dialog } from '../../ui/Dialog';
import { Activity, Id, Time } from '../../ui/Figures';
import { Badge, Facts, Loading } from '../../ui/Panel';
import { Refusals } from '../../ui/Refusals';
import { Table } from '../../ui/Table';
import { unitText } from '../batches/StepInputs';
import { spanText } from '../../physics/time';
import { activityText, numberText } from '../../physics/units';
import { texts } from '../../text/en';
import { reviewTexts as t } from '../../text/review';

/** Papers of a released dose: its certificate of release and of analysis, to read and to print. */
export function Papers({ dose }: { dose: DoseDisposition }) {
  const [open, setOpen] = useState<'certificate' | 'coa' | null>(null);
  return (
    <>
      <button type="button" className="button small" onClick={() => setOpen('certificate')}>{t.certificate}</button>
      <button type="button" className="button small" onClick={() => setOpen('coa')}>CoA</button>
      {open === 'certificate' && <Certificate doseId={dose.doseId} close={() => setOpen(null)} />}
      {open === 'coa' && <Coa doseId={dose.doseId} close={() => setOpen(null)} />}
    </>
  );
}

const Foot = ({ close }: { close(): void }) => <>
  <button type="button" className="button" onClick={close}>{texts.cancel}</button>
  <button type="button" className="button primary" onClick={() => window.print()}>{t.print}</button>
</>;

function Certificate({ doseId, close }: { doseId: string; close(): void }) {
  const read = useRead(CertificateService.method.getCertificate, { doseId });
  const certificate = read.data?.certificate;
  return (
    <Dialog title={t.certificateTitle} onClose={close} foot={<Foot close={close} />}>
      {read.loading && <Loading />}
      <Refusals problem={read.problem} />
      {certificate && <Facts of={[
        [t.certificate, <span className="id">{certificate.certificateId}</span>], [t.dose, <span className="id">{certificate.doseId}</span>], [t.order, <span className="id">{certificate.orderId}</span>],
        [t.signer, certificate.signerName], [t.meaning, certificate.meaning], [t.signedAt, <Time at={certificate.releaseTime} day="always" />], [t.valid, <Time at={certificate.expireTime} day="always" />],
        [t.record, String(certificate.recordVersion)], [t.hash, <Id of={certificate.recordHash} short={20} />], [t.key, <Id of={certificate.keyId} />], [t.signature, <Id of={certificate.signature} short={20} />],
      ]} />}
    </Dialog>
  );
}

function Coa({ doseId, close }: { doseId: string; close(): void }) {
  const read = useRead(AnalysisService.method.getCertificateOfAnalysis, { doseId });
  const { unit } = useSettings();
  const coa = read.data?.analysis;
  return (
    <Dialog title={t.coa} onClose={close} foot={<Foot close={close} />}>
      {read.loading && <Loading />}
      <Refusals problem={read.problem} />
      {coa && <>
        <Facts of={[
          [t.product, coa.productName], [t.form, coa.dosageForm], [t.batch, coa.batchNumber], [t.dose, <span className="id">{coa.doseId}</span>],
          [t.measured, <Activity of={coa.measured} />], [t.volume, `${numberText(coa.volumeMl)} mL`], [t.concentration, `${activityText(coa.concentrationBqPerMl, unit, coa.measured?.nuclide)}/mL`], [t.halfLife, spanText(coa.halfLifeSeconds * 1000)],
          [t.expires, <Time at={coa.expireTime} day="always" />], [t.specification, String(coa.specificationVersion)], [t.signer, coa.signerName], [t.signedAt, <Time at={coa.releaseTime} day="always" />],
          coa.materialLotIds.length > 0 && [t.lots, coa.materialLotIds.map((lot) => <Id key={lot} of={lot} short={10} />)],
          [t.coaVersion, String(coa.analysisVersion)], [t.signature, <Id of={coa.signature} short={20} />],
        ]} />
        <Table
          label={t.tests} rows={coa.lines} rowKey={(line) => line.testCode}
          columns={[
            { title: t.resultColumns.test, cell: (line) => line.name }, { title: t.resultColumns.method, cell: (line) => line.method }, { title: t.resultColumns.limit, cell: (line) => line.limitText },
            { title: t.resultColumns.value, number: true, cell: (line) => `${line.value} ${unitText(line.unit)}` },
            { title: t.resultColumns.verdict, cell: (line) => <Badge tone={line.status === 1 ? 'ok' : line.status === 2 ? 'stop' : 'warn'}>{t.coaStatus[line.status]}</Badge> },
          ]}
        />
      </>}
    </Dialog>
  );
}
