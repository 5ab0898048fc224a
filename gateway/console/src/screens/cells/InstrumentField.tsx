import { useList } from '../../api/query';
import { now } from '../../app/clock';
import { useZoneOf } from '../../app/session';
import { EquipmentService, EquipmentState, type Equipment } from '../../generated/doseline/execution/v1/equipment_pb';
import { EquipmentClass } from '../../generated/doseline/execution/v1/recipes_pb';
import { SelectField } from '../../ui/Fields';
import { millis, momentText } from '../../physics/time';
import { texts } from '../../text/en';
import { cellTexts as t } from '../../text/cells';

/** Classes of equipment that a result of quality control may be read from. */
export const measuring = [EquipmentClass.INSTRUMENT, EquipmentClass.DOSE_CALIBRATOR, EquipmentClass.BALANCE] as const;

const meters = [EquipmentClass.INSTRUMENT] as const;
const away = (each: Equipment) => each.state === EquipmentState.MAINTENANCE || each.state === EquipmentState.OUT_OF_SERVICE;

/** Chooses an instrument of a site; until when it is calibrated is known of it and never typed. Whether its reading counts is the platform's answer. */
export function InstrumentField({ label, siteId, classes = meters, value, onChange, tried }: { label: string; siteId: string; classes?: readonly EquipmentClass[]; value: string; onChange(value: string): void; tried: boolean }) {
  const zone = useZoneOf()(siteId);
  const list = useList(EquipmentService.method.listEquipment, siteId === '' ? null : { siteId, pageSize: 500 }, (page) => page.equipment);
  const known = list.data?.filter((each) => classes.includes(each.equipmentClass));
  const until = (each: Equipment) => {
    const due = millis(each.calibrationDueTime);
    return away(each) ? t.outOfService : due === null ? t.notCalibrated : t.until(momentText(due, zone, now(), { day: 'always' }));
  };
  return (
    <SelectField
      label={label} hint={known?.length === 0 ? t.noInstruments : t.instrumentHint} value={value} onChange={onChange} empty="" wrong={tried && value === '' && texts.required}
      options={(known ?? []).map((each) => [each.equipmentId, `${each.code} · ${until(each)}`] as const)}
    />
  );
}
