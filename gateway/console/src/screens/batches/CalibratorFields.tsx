import { useState } from 'react';
import { useList } from '../../api/query';
import { EquipmentService } from '../../generated/doseline/execution/v1/equipment_pb';
import { EquipmentClass } from '../../generated/doseline/execution/v1/recipes_pb';
import { SelectField } from '../../ui/Fields';
import { batchTexts as t } from '../../text/batches';

/** Which dose calibrator measured, and in which geometry: of those that have a factor for the nuclide, first the one that the batch already uses. */
export function useCalibrator(siteId: string, nuclide: string, inUse: readonly string[] = []) {
  const calibrators = useList(EquipmentService.method.listEquipment, { siteId, equipmentClass: EquipmentClass.DOSE_CALIBRATOR, pageSize: 100 }, (page) => page.equipment);
  const [picked, setPicked] = useState('');
  const [typed, setTyped] = useState('');
  const able = (calibrators.data ?? []).filter((each) => each.crossCalibrations.some((factor) => factor.nuclide === nuclide));
  // Where there is one there is no choice to make.
  const instrumentId = picked || (able.length === 1 ? able[0]!.equipmentId : inUse.find((id) => able.some((each) => each.equipmentId === id)) ?? '');
  const factors = able.find((each) => each.equipmentId === instrumentId)?.crossCalibrations.filter((each) => each.nuclide === nuclide) ?? [];
  const geometry = typed || factors[0]?.geometry || '';
  const fields = (
    <>
      <SelectField label={t.instrument} value={instrumentId} onChange={setPicked} empty="" options={able.map((each) => [each.equipmentId, each.code] as const)} />
      <SelectField label={t.geometry} value={geometry} onChange={setTyped} options={factors.map((each) => [each.geometry, `${each.geometry} · ${t.factor.toLowerCase()} ${each.factor}`] as const)} />
    </>
  );
  return { instrumentId, geometry, fields };
}
