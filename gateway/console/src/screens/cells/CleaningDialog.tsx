import { useState } from 'react';
import { useAction } from '../../api/action';
import { useRead } from '../../api/query';
import { EquipmentService, type Equipment } from '../../generated/doseline/execution/v1/equipment_pb';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { SelectField, TextField } from '../../ui/Fields';
import { Refusals } from '../../ui/Refusals';
import { useToast } from '../../ui/Toasts';
import { texts } from '../../text/en';
import { cellTexts as t } from '../../text/cells';

const levelsUnset = 3;

/** Records a cleaning; the levels and what each is for are the site's rules. */
export function CleaningDialog({ equipment, close }: { equipment: Equipment; close(): void }) {
  const rules = useRead(EquipmentService.method.getCleaningRules, { siteId: equipment.siteId }).data?.rules;
  const [level, setLevel] = useState('');
  const [procedure, setProcedure] = useState('');
  const [note, setNote] = useState('');
  const [tried, setTried] = useState(false);
  const record = useAction(EquipmentService.method.recordCleaning);
  const say = useToast();
  const most = Math.max(...(rules?.rules ?? []).map((each) => each.level), rules ? 1 : levelsUnset);
  const levels = Array.from({ length: most }, (_, i) => i + 1);
  const meant = (each: number) => (rules?.rules ?? []).filter((rule) => rule.level === each).map((rule) => t.changes[rule.change]).join(', ');
  const submit = async () => {
    setTried(true);
    if (level === '' || procedure.trim() === '') return;
    if (!(await record.run({ equipmentId: equipment.equipmentId, level: Number(level), procedure: procedure.trim(), note }))) return;
    say(t.cleaned);
    close();
  };
  return (
    <Dialog title={t.cleanTitle} onClose={close} onSubmit={() => void submit()} foot={<>
      <button type="button" className="button" onClick={close}>{texts.cancel}</button>
      <Button type="submit" kind="primary" for={EquipmentService.method.recordCleaning} busy={record.busy}>{t.clean}</Button>
    </>}>
      <SelectField
        label={t.cleanLevel} hint={rules ? t.rulesOf(rules.source) : t.noRules} value={level} onChange={setLevel} empty="" wrong={tried && level === '' && texts.required}
        options={levels.map((each) => [String(each), meant(each) ? t.cleanLevels(meant(each), each) : t.level(each)] as const)}
      />
      <TextField label={t.procedure} hint={t.procedureHint} value={procedure} onChange={setProcedure} wrong={tried && procedure.trim() === '' && texts.required} />
      <TextField label={t.note} value={note} onChange={setNote} />
      <Refusals problem={record.problem} />
    </Dialog>
  );
}
