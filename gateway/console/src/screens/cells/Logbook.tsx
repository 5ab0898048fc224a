import { useRef } from 'react';
import { useList } from '../../api/query';
import { useNow } from '../../app/clock';
import { useSession } from '../../app/session';
import { EquipmentService, type Equipment, type EquipmentLogEntry } from '../../generated/doseline/execution/v1/equipment_pb';
import type { Site } from '../../generated/doseline/inventory/v1/sites_pb';
import { Time } from '../../ui/Figures';
import { Panel } from '../../ui/Panel';
import { printPart } from '../../ui/print';
import { ListTable } from '../../ui/Table';
import { momentText } from '../../physics/time';
import { texts } from '../../text/en';
import { cellTexts as t } from '../../text/cells';

/** The logbook of a piece of equipment, newest first, and on paper with where and when it was printed. */
export function Logbook({ equipment, zone, site }: { equipment: Equipment; zone: string; site: Site | undefined }) {
  const { name } = useSession();
  const now = useNow(60);
  const part = useRef<HTMLDivElement>(null);
  const list = useList(EquipmentService.method.listEquipmentLog, { equipmentId: equipment.equipmentId, pageSize: 200 }, (page) => page.entries);
  const title = t.logOf(equipment.code);
  return (
    <Panel flush title={t.log} aside={<button type="button" className="button" onClick={() => part.current && printPart(part.current, title, [`${site?.name ?? equipment.siteId} · ${title}`, t.printedAt(momentText(now, zone, now, { day: 'always' }), name)])}>{t.print}</button>}>
      <div ref={part}>
        <ListTable<EquipmentLogEntry>
          list={list} label={title} rowKey={(each) => each.entryId} empty={t.logNone}
          columns={[
            { title: t.logColumns.time, cell: (each) => <Time at={each.entryTime} zone={zone} day="always" /> },
            { title: t.logColumns.event, cell: (each) => t.events[each.event] ?? texts.none },
            { title: t.logColumns.text, cell: (each) => each.text },
            { title: t.logColumns.by, cell: (each) => each.doneBy },
          ]}
        />
      </div>
    </Panel>
  );
}
