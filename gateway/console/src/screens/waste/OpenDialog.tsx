import { useState } from 'react';
import { useAction } from '../../api/action';
import { RoomKind, type Room, type Site } from '../../generated/doseline/inventory/v1/sites_pb';
import { WasteService } from '../../generated/doseline/waste/v1/waste_pb';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { ActivityField, bqOf, Choices, NumberField, numberOf, SelectField, TextField, useTypedActivity } from '../../ui/Fields';
import { Refusals } from '../../ui/Refusals';
import { useToast } from '../../ui/Toasts';
import { texts } from '../../text/en';
import { wasteTexts as t } from '../../text/waste';

/** Opens a container with the rules of the licence for it. */
export function OpenDialog({ site, rooms, close }: { site: Site; rooms: readonly Room[]; close(): void }) {
  const places = rooms.filter((room) => room.active).sort((a, b) => Number(b.kind === RoomKind.WASTE_ROOM) - Number(a.kind === RoomKind.WASTE_ROOM));
  const [fields, setFields] = useState({ label: '', room: places[0]?.roomId ?? '', condition: '', maxDays: '120', halfLives: '10', margin: '', source: '10 CFR 35.92' });
  const [kind, setKind] = useState<'decay' | 'transfer'>('decay');
  const [release, setRelease] = useTypedActivity();
  const [trace, setTrace] = useTypedActivity();
  const put = useAction(WasteService.method.putContainer);
  const say = useToast();
  const set = (change: Partial<typeof fields>) => { put.clear(); setFields((old) => ({ ...old, ...change })); };
  const decay = kind === 'decay';
  const submit = async () => {
    const done = await put.run({
      label: fields.label, siteId: site.siteId, roomId: fields.room,
      policy: {
        decayInStorage: decay, licenceCondition: decay ? fields.condition : '', maxHalfLifeDays: decay ? numberOf(fields.maxDays) ?? 0 : 0, minHalfLives: decay ? numberOf(fields.halfLives) ?? 0 : 0,
        releaseLimitBq: decay ? bqOf(release) ?? 0 : 0, significanceLimitBq: bqOf(trace) ?? 0, backgroundMarginCpm: numberOf(fields.margin) ?? 0, source: fields.source,
      },
    });
    if (!done) return;
    say(t.opened);
    close();
  };
  return (
    <Dialog title={t.openTitle} onClose={close} onSubmit={() => void submit()} foot={<>
      <button type="button" className="button" onClick={close}>{texts.cancel}</button>
      <Button type="submit" kind="primary" for={WasteService.method.putContainer} busy={put.busy}>{t.open}</Button>
    </>}>
      <div className="columns-3">
        <TextField label={t.label} value={fields.label} onChange={(label) => set({ label })} />
        <SelectField label={t.room} value={fields.room} onChange={(room) => set({ room })} options={places.map((room) => [room.roomId, room.name || room.roomId] as const)} />
      </div>
      <Choices<'decay' | 'transfer'> label={t.kind} value={kind} onChange={setKind} options={[['decay', t.decay], ['transfer', t.transfer]]} />
      {decay && <>
        <TextField label={t.condition} hint={t.conditionHint} value={fields.condition} onChange={(condition) => set({ condition })} />
        <div className="columns-3">
          <NumberField label={t.halfLife} unit={t.days} value={fields.maxDays} onChange={(maxDays) => set({ maxDays })} />
          <NumberField label={t.halfLives} value={fields.halfLives} onChange={(halfLives) => set({ halfLives })} />
          <ActivityField label={t.release} hint={t.zeroHint} value={release} onChange={setRelease} />
          <NumberField label={t.margin} unit={t.cpm} value={fields.margin} onChange={(margin) => set({ margin })} />
        </div>
      </>}
      <ActivityField label={t.significance} hint={t.zeroHint} value={trace} onChange={setTrace} />
      <TextField label={t.source} value={fields.source} onChange={(source) => set({ source })} />
      <Refusals problem={put.problem} />
    </Dialog>
  );
}
