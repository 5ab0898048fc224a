import { useState } from 'react';
import { useAction } from '../../api/action';
import { useList } from '../../api/query';
import { now } from '../../app/clock';
import { useScan } from '../../app/scan';
import { LotsService, ProductionRoute, type Expectation } from '../../generated/doseline/inventory/v1/lots_pb';
import { MaterialsService } from '../../generated/doseline/inventory/v1/materials_pb';
import { PossessionService } from '../../generated/doseline/inventory/v1/possession_pb';
import type { Room, Site } from '../../generated/doseline/inventory/v1/sites_pb';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { LocalTimeField, NumberField, numberOf, SelectField, TextField } from '../../ui/Fields';
import { Note } from '../../ui/Panel';
import { Refusals } from '../../ui/Refusals';
import { useToast } from '../../ui/Toasts';
import { instantOf, localText, timestamp } from '../../physics/time';
import { texts } from '../../text/en';
import { possessionTexts as t } from '../../text/possession';
import { ContentsFields, contentsOf, firstContents, type TypedContents } from './Contents';
import { GateAnswer } from './GateAnswer';
import { OtherRooms } from './OtherRooms';

/** Receives a lot, or announces one. Whether licence and room take it is asked while one types; the gate itself is asked by the receipt. */
export function ReceiveDialog({ site, rooms, batch, announce, expectation, close }: { site: Site; rooms: readonly Room[]; batch: string; announce: boolean; expectation: Expectation | undefined; close(): void }) {
  const { siteId, zone } = site;
  const materials = useList(MaterialsService.method.listMaterials, { pageSize: 500 }, (page) => page.materials);
  const suppliers = useList(MaterialsService.method.listSuppliers, { pageSize: 500 }, (page) => page.suppliers);
  const [fields, setFields] = useState({
    material: expectation?.materialCode ?? '', supplier: '', supplierBatch: batch, room: expectation?.roomId ?? '', form: expectation?.form || 'solution', use: expectation?.use || 'manufacture',
    route: '', quantity: '', expire: '', arrival: localText(now() + 86_400_000, zone),
  });
  const [contents, setContents] = useState<readonly TypedContents[]>(() => firstContents(expectation?.contents ?? [], zone, now()));
  const [tried, setTried] = useState(false);
  const receive = useAction(LotsService.method.receiveLot, PossessionService.typeName);
  const expect = useAction(LotsService.method.expectReceipt, PossessionService.typeName);
  const say = useToast();
  const action = announce ? expect : receive;
  const method = announce ? LotsService.method.expectReceipt : LotsService.method.receiveLot;

  const set = (change: Partial<typeof fields>) => { action.clear(); setFields((old) => ({ ...old, ...change })); };
  useScan((code) => set({ supplierBatch: code }));
  const material = materials.data?.find((each) => each.materialCode === fields.material);
  const chooseMaterial = (code: string) => {
    const chosen = materials.data?.find((each) => each.materialCode === code);
    set({ material: code, supplier: '' });
    if (chosen?.nuclide) setContents((old) => old.map((each, i) => (i === 0 ? { ...each, nuclide: chosen.nuclide } : each)));
  };
  const radioactive = material?.radioactive ?? true;
  const declared = radioactive ? contentsOf(contents, zone) : [];
  const arrivalMs = announce ? instantOf(fields.arrival, zone) : null;
  const expireMs = fields.expire ? instantOf(fields.expire, zone) : null;
  const lacks = (value: string) => (tried && !value ? texts.required : undefined);
  const ready = fields.material !== '' && fields.room !== '' && (announce || (fields.supplier !== '' && fields.supplierBatch !== '')) && (!radioactive || (declared !== null && declared.length > 0)) && (radioactive || numberOf(fields.quantity) !== null);

  const submit = async () => {
    setTried(true);
    // An hour that comes twice is asked about at the field, and is not taken for none.
    if (!ready || declared === null || (!announce && fields.expire && expireMs === null)) return;
    const common = { siteId, roomId: fields.room, materialCode: fields.material, form: fields.form, use: fields.use, contents: declared };
    const done = announce
      ? await expect.run({ ...common, arrivalTime: arrivalMs === null ? undefined : timestamp(arrivalMs) })
      : await receive.run({
        ...common, supplierCode: fields.supplier, supplierBatch: fields.supplierBatch, route: Number(fields.route || 0) as ProductionRoute, quantity: numberOf(fields.quantity) ?? 0,
        expireTime: expireMs === null ? undefined : timestamp(expireMs), expectationId: expectation?.expectationId ?? '',
      });
    if (!done) return;
    say(announce ? t.announced : t.received);
    close();
  };

  const approved = (suppliers.data ?? []).filter((each) => each.materialCodes.includes(fields.material));
  return (
    <Dialog title={announce ? t.announceTitle : t.receiveTitle} onClose={close} onSubmit={() => void submit()} foot={<>
      <button type="button" className="button" onClick={close}>{texts.cancel}</button>
      <Button type="submit" kind="primary" for={method} busy={action.busy}>{announce ? t.announce : t.receive}</Button>
    </>}>
      <div className="columns-3">
        <SelectField label={t.material} value={fields.material} onChange={chooseMaterial} empty="" wrong={lacks(fields.material)} options={(materials.data ?? []).map((each) => [each.materialCode, `${each.materialCode} · ${each.name}`] as const)} />
        {!announce && <SelectField label={t.supplier} hint={t.notApproved} value={fields.supplier} onChange={(supplier) => set({ supplier })} empty="" wrong={lacks(fields.supplier)} options={approved.map((each) => [each.supplierCode, each.name] as const)} />}
        {!announce && <TextField label={t.supplierBatch} hint={t.supplierBatchHint} value={fields.supplierBatch} onChange={(supplierBatch) => set({ supplierBatch })} wrong={lacks(fields.supplierBatch)} />}
        <SelectField label={t.room} value={fields.room} onChange={(room) => set({ room })} empty="" wrong={lacks(fields.room)} options={rooms.filter((room) => room.active).map((room) => [room.roomId, room.name || room.roomId] as const)} />
        <TextField label={t.form} value={fields.form} onChange={(form) => set({ form })} />
        <TextField label={t.use} value={fields.use} onChange={(use) => set({ use })} />
        {announce && <LocalTimeField label={t.arrival} zone={zone} value={fields.arrival} onChange={(arrival) => set({ arrival })} />}
        {!announce && radioactive && <SelectField label={t.route} value={fields.route} onChange={(route) => set({ route })} empty="" options={[1, 2, 3, 4].map((each) => [String(each), t.routes[each]!] as const)} />}
        {!announce && <LocalTimeField label={t.expire} hint={t.expireHint} zone={zone} value={fields.expire} onChange={(expire) => set({ expire })} />}
        {!radioactive && <NumberField label={t.quantity} unit={material?.unit} value={fields.quantity} onChange={(quantity) => set({ quantity })} wrong={lacks(fields.quantity)} />}
      </div>
      {radioactive && <ContentsFields value={contents} zone={zone} wrong={tried && (declared === null || declared.length === 0)} onChange={(value) => { action.clear(); setContents(value); }} />}
      {radioactive && !action.problem && <GateAnswer siteId={siteId} room={fields.room} form={fields.form} use={fields.use} contents={declared ?? []} arrivalMs={arrivalMs} rooms={rooms} take={(room) => set({ room })} />}
      {tried && !ready && <Note tone="warn">{texts.fillMarked}</Note>}
      <Refusals problem={action.problem} actions={<OtherRooms reasons={action.problem?.reasons ?? []} rooms={rooms} take={(room) => set({ room })} />} />
    </Dialog>
  );
}
