import { useState } from 'react';
import { useAction } from '../../api/action';
import { useList, useRead } from '../../api/query';
import { now } from '../../app/clock';
import { useSession } from '../../app/session';
import { EquipmentService } from '../../generated/doseline/execution/v1/equipment_pb';
import { EquipmentClass, RecipesService } from '../../generated/doseline/execution/v1/recipes_pb';
import { SchedulerService } from '../../generated/doseline/execution/v1/scheduler_pb';
import { ProductsService } from '../../generated/doseline/orders/v1/products_pb';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { ActivityField, bqOf, LocalTimeField, NumberField, numberOf, SelectField, useTypedActivity } from '../../ui/Fields';
import { Refusals } from '../../ui/Refusals';
import { useToast } from '../../ui/Toasts';
import { instantOf, localText, timestamp } from '../../physics/time';
import { texts } from '../../text/en';
import { runTexts as t } from '../../text/runs';

const hour = 3_600_000;

/** Plans a run: one synthesis of a product in a hot cell, with room for doses and activity. */
export function PlanRun({ close }: { close(): void }) {
  const session = useSession();
  const say = useToast();
  const [siteId, setSiteId] = useState(session.site?.siteId ?? session.allSites[0]?.siteId ?? '');
  const zone = session.allSites.find((site) => site.siteId === siteId)?.zone ?? session.zone;
  const products = useList(ProductsService.method.listProducts, { pageSize: 500 }, (page) => page.products);
  const cells = useList(EquipmentService.method.listEquipment, { siteId, equipmentClass: EquipmentClass.HOT_CELL, pageSize: 100 }, (page) => page.equipment);
  const [productCode, setProduct] = useState('');
  const [cell, setCell] = useState('');
  const [start, setStart] = useState(() => localText(Math.ceil((now() + hour) / hour) * hour, zone));
  const [doses, setDoses] = useState('');
  const plan = useAction(SchedulerService.method.planRun);
  const makers = (products.data ?? []).filter((each) => each.siteIds.includes(siteId));
  const product = makers.find((each) => each.productCode === productCode);
  const [activity, setActivity] = useTypedActivity(undefined, product?.nuclide);
  const recipe = useRead(RecipesService.method.getRecipe, product ? { code: product.recipeCode } : null);
  const synthesisMs = Number(recipe.data?.recipe?.recipe?.synthesisDuration?.seconds ?? 0n) * 1000;
  const submit = async () => {
    const at = instantOf(start, zone);
    const done = await plan.run({
      siteId, productCode, recipeCode: product?.recipeCode ?? '', hotCellId: cell, startTime: at === null ? undefined : timestamp(at), doseCapacity: numberOf(doses) ?? 0,
      yield: { nuclide: product?.nuclide ?? '', activityBq: bqOf(activity) ?? NaN, referenceTime: at === null ? undefined : timestamp(at + synthesisMs) },
    });
    if (!done) return;
    say(t.planned);
    close();
  };
  return (
    <Dialog title={t.plan} onClose={close} onSubmit={() => void submit()} foot={<>
      <button type="button" className="button" onClick={close}>{texts.cancel}</button>
      <Button type="submit" kind="primary" for={SchedulerService.method.planRun} busy={plan.busy}>{t.plan}</Button>
    </>}>
      {session.allSites.length > 1 && <SelectField label={t.site} value={siteId} onChange={setSiteId} options={session.allSites.map((site) => [site.siteId, site.name] as const)} />}
      <SelectField label={t.product} value={productCode} onChange={setProduct} empty="" options={makers.map((each) => [each.productCode, `${each.productCode} – ${each.name}`] as const)} />
      <SelectField label={t.cell} value={cell} onChange={setCell} empty="" options={(cells.data ?? []).map((each) => [each.equipmentId, each.code] as const)} />
      <LocalTimeField label={t.start} zone={zone} value={start} onChange={setStart} />
      <NumberField label={t.doses} value={doses} onChange={setDoses} />
      <ActivityField label={t.yieldOf} value={activity} onChange={setActivity} />
      <Refusals problem={plan.problem} />
    </Dialog>
  );
}
