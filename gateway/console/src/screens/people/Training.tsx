import { useState } from 'react';
import { useAction } from '../../api/action';
import { mayCall } from '../../api/policy';
import { useList } from '../../api/query';
import { useSession } from '../../app/session';
import { TrainingService, TrainingVerdict, type Training as Record, type TrainingLine } from '../../generated/doseline/identity/v1/training_pb';
import { Button } from '../../ui/Button';
import { Time } from '../../ui/Figures';
import { Badge, Note, Panel } from '../../ui/Panel';
import { ListTable } from '../../ui/Table';
import { useToast } from '../../ui/Toasts';
import { rolesOf } from '../../api/policy';
import { roleText, texts } from '../../text/en';
import { peopleTexts as t } from '../../text/people';
import { ReasonDialog } from './ReasonDialog';
import { RecordTraining } from './RecordTraining';

/** Who is trained on what now, and the records behind it. */
export function Training() {
  const { roles } = useSession();
  const { method } = TrainingService;
  const say = useToast();
  const may = mayCall(method.getTrainingMatrix, roles);
  const matrix = useList(method.getTrainingMatrix, may ? { pageSize: 500 } : null, (page) => page.lines);
  const records = useList(method.listTrainings, may ? { pageSize: 100 } : null, (page) => page.trainings);
  const withdraw = useAction(method.withdrawTraining);
  const [recording, setRecording] = useState<TrainingLine | 'new' | null>(null);
  const [withdrawing, setWithdrawing] = useState<Record | null>(null);
  if (!may) return <Note>{texts.needsRole(rolesOf(method.getTrainingMatrix).map(roleText))}</Note>;
  const nameOf = (personId: string) => matrix.data?.find((line) => line.personId === personId)?.personName ?? personId;
  return (
    <>
      <Panel title={t.matrix} flush aside={<Button kind="primary" for={method.recordTraining} onClick={() => setRecording('new')}>{t.record}</Button>}>
        <ListTable<TrainingLine>
          label={t.matrix} list={matrix} rowKey={(line) => `${line.personId}/${line.code}`} empty={t.noMatrix}
          columns={[
            { title: t.person, cell: (line) => line.personName },
            { title: t.procedure, cell: (line) => line.code },
            { title: t.inForce, number: true, cell: (line) => String(line.procedureVersion) },
            { title: t.trainedOn, number: true, cell: (line) => (line.trainedVersion > 0 ? String(line.trainedVersion) : '–') },
            { title: t.verdict, cell: (line) => <Badge tone={line.verdict === TrainingVerdict.TRAINED ? 'ok' : line.verdict === TrainingVerdict.NEVER ? 'stop' : 'warn'}>{t.verdicts[line.verdict]}</Badge> },
            { title: t.record, cell: (line) => <Button size="small" for={method.recordTraining} onClick={() => setRecording(line)}>{t.record}</Button> },
          ]}
        />
      </Panel>
      <Panel title={t.records} flush>
        <ListTable<Record>
          label={t.records} list={records} rowKey={(each) => each.trainingId} empty={t.noRecords}
          columns={[
            { title: t.person, cell: (each) => nameOf(each.personId) },
            { title: t.procedure, cell: (each) => `${each.code} ${each.procedureVersion}` },
            { title: t.trainedAt, cell: (each) => <Time at={each.trainTime} day="always" /> },
            { title: t.refreshBy, cell: (each) => <Time at={each.expireTime} day="always" /> },
            { title: t.evidence, cell: (each) => each.evidence },
            { title: t.withdraw, cell: (each) => (each.withdrawTime ? <><Badge tone="stop">{t.withdrawn}</Badge> <Time at={each.withdrawTime} /></> : <Button size="small" kind="danger" for={method.withdrawTraining} onClick={() => setWithdrawing(each)}>{t.withdraw}</Button>) },
          ]}
        />
      </Panel>
      {recording && <RecordTraining line={recording === 'new' ? null : recording} lines={matrix.data ?? []} close={() => setRecording(null)} />}
      {withdrawing && <ReasonDialog title={t.withdraw} action={withdraw} method={method.withdrawTraining} danger close={() => setWithdrawing(null)}
        run={(reason) => withdraw.run({ trainingId: withdrawing.trainingId, version: withdrawing.version, reason })} done={() => say(t.withdrawn)} />}
    </>
  );
}
