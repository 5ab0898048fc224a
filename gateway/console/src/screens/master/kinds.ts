// Each kind of master data: how it is listed, what people see of a row, which request changes it and which approves it.
import { create, type DescMessage, type DescMethodUnary, type Message } from '@bufbuild/protobuf';
import type { Timestamp } from '@bufbuild/protobuf/wkt';
import { RecipesService, RecipeSchema, RecipeState, type Recipe, type RecipeVersion } from '../../generated/doseline/execution/v1/recipes_pb';
import { LicenceSchema, LicencesService, type Licence } from '../../generated/doseline/inventory/v1/licences_pb';
import { MaterialSchema, MaterialsService, SupplierSchema, type Material, type Supplier } from '../../generated/doseline/inventory/v1/materials_pb';
import { RoomKind, RoomSchema, SitesService, type Room } from '../../generated/doseline/inventory/v1/sites_pb';
import { TemplateSchema, TemplatesService, type Template } from '../../generated/doseline/labeling/v1/templates_pb';
import { CustomerSchema, CustomersService, type Customer } from '../../generated/doseline/orders/v1/customers_pb';
import { ProductSchema, ProductsService, type Product } from '../../generated/doseline/orders/v1/products_pb';
import { SpecificationSchema, SpecificationsService, SpecificationState, type Specification } from '../../generated/doseline/quality/v1/specifications_pb';
import { CarrierServiceSchema, CarriersService, type CarrierService } from '../../generated/doseline/shipping/v1/carriers_pb';
import { PackagingKind, PackagingSchema, PackagingsService, type Packaging } from '../../generated/doseline/shipping/v1/packagings_pb';
import type { Draft } from '../../ui/drafts';
import type { Tone } from '../../ui/Panel';
import { millis } from '../../physics/time';
import { enumText } from '../../text/en';
import { masterTexts as t } from '../../text/master';

export type KindId = keyof typeof t.kinds;

/** A word with its colour. */
export interface Standing {
  readonly tone: Tone;
  readonly text: string;
}

/** A kind of master data; rows are its messages as listed. */
export interface Kind {
  readonly id: KindId;
  /** True when it is listed of one site. */
  readonly ofSite: boolean;
  readonly list: DescMethodUnary;
  rows(page: Message): readonly Message[];
  key(row: Message): string;
  cells(row: Message): readonly (readonly [title: string, text: string])[];
  standing(row: Message, nowMs: number): Standing | null;
  /** What is edited of a row. */
  readonly schema: DescMessage;
  body(row: Message): Message;
  readonly hidden: readonly string[];
  readonly fixed: readonly string[];
  readonly put: DescMethodUnary;
  /** Request that writes it; `row` is what was read, undefined for a new one. */
  request(body: Message, row: Message | undefined, reason: string): object;
  readonly hasReason: boolean;
  /** True when a change is signed. */
  readonly signed?: boolean;
  readonly approval?: {
    readonly method: DescMethodUnary;
    isDraft(row: Message): boolean;
    /** What it is a version of, and which. */
    version(row: Message): readonly [series: string, number: number];
    request(row: Message, reason: string, effective: Timestamp | undefined): object;
    readonly asks: boolean;
  };
  /** What a new version of a row begins with, where it is not the row itself. */
  renewed?(draft: Draft): Draft;
  /** False when the row cannot be written over: a change is then a new version. */
  writesOver?(row: Message): boolean;
}

interface Typed<R extends Message, B extends Message> {
  id: KindId; ofSite?: boolean; list: DescMethodUnary<never, never> | unknown; rows: string; key(row: R): string; cells(row: R): readonly (readonly [string, string])[]; standing?(row: R, nowMs: number): Standing | null;
  schema: DescMessage; body?(row: R): B; hidden?: readonly string[]; fixed?: readonly string[]; put: unknown; request(body: B, row: R | undefined, reason: string): object; hasReason?: boolean; signed?: boolean;
  approval?: { method: unknown; isDraft(row: R): boolean; version(row: R): readonly [string, number]; request(row: R, reason: string, effective: Timestamp | undefined): object; asks?: boolean }; writesOver?(row: R): boolean; renewed?(draft: Draft): Draft;
}

// Methods and messages are tied together where a kind is written down, and are any method and any message to the screen.
const kind = <R extends Message, B extends Message = R>(of: Typed<R, B>): Kind => ({
  ofSite: false, standing: () => null, body: (row: Message) => row, hidden: [], fixed: [], hasReason: true, ...of,
  rows: (page: Message) => (page as unknown as Record<string, Message[]>)[of.rows]!,
  ...(of.approval ? { approval: { asks: false, ...of.approval } } : {}),
}) as unknown as Kind;

const c = t.columns;
const yes = (text: string): Standing => ({ tone: 'ok', text });
const no = (text: string): Standing => ({ tone: 'plain', text });
const draft: Standing = { tone: 'warn', text: t.draft };
const hours = (seconds: bigint | undefined): string => (seconds === undefined ? '' : `${Number(seconds) / 3600} h`);
const clock = (minutes: number): string => `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
const day = (time: Timestamp | undefined): string => { const ms = millis(time); return ms === null ? '' : new Date(ms).toISOString().slice(0, 10); };

/** A term of validity as a word. */
function term(from: Timestamp | undefined, until: Timestamp | undefined, now: number): Standing {
  const [start, end] = [millis(from), millis(until)];
  if (end !== null && end <= now) return { tone: 'stop', text: t.over };
  return start !== null && start > now ? { tone: 'warn', text: t.notYet } : yes(t.inForce);
}

// A version that is in force began in the past; the next one has to be told when it begins, and has the next number.
const next = (version?: string) => (draft: Draft): Draft => ({ ...draft, effectiveTime: '', ...(version ? { [version]: String(Number(draft[version]) + 1) } : {}) });

/** The kinds in the order of the tabs. */
export const kinds: readonly Kind[] = [
  kind<Product>({
    id: 'products', list: ProductsService.method.listProducts, rows: 'products', key: (row) => row.productCode, schema: ProductSchema, hidden: ['productVersion'], fixed: ['productCode'], renewed: next(),
    cells: (row) => [[c.code, row.productCode], [c.name, row.name], [c.nuclide, row.nuclide], [c.version, String(row.productVersion)]], standing: (row) => (row.orderable ? yes(t.orderable) : no(t.notOrderable)),
    put: ProductsService.method.putProduct, request: (product, row, reason) => ({ product, version: row?.productVersion ?? 0n, reason }),
  }),
  kind<Customer>({
    id: 'customers', list: CustomersService.method.listCustomers, rows: 'customers', key: (row) => row.code, schema: CustomerSchema, hidden: ['customerId', 'version'], fixed: ['code'],
    cells: (row) => [[c.code, row.code], [c.name, row.name], [c.zone, row.zone], [c.licence, `${row.licence?.number ?? ''} ${c.until} ${day(row.licence?.expireTime)}`]],
    standing: (row, now) => (row.active ? term(undefined, row.licence?.expireTime, now) : no(t.inactive)),
    put: CustomersService.method.putCustomer, request: (customer, row, reason) => ({ customer, version: row?.version ?? 0n, reason }),
  }),
  kind<RecipeVersion, Recipe>({
    id: 'recipes', list: RecipesService.method.listRecipes, rows: 'recipes', key: (row) => `${row.recipe?.code ?? ''}.${row.version}`, schema: RecipeSchema, body: (row) => row.recipe ?? create(RecipeSchema), fixed: ['code'],
    cells: (row) => [[c.code, row.recipe?.code ?? ''], [c.name, row.recipe?.productName ?? ''], [c.version, String(row.version)], [t.author, row.authorName], [t.approver, row.approverName], [c.steps, String(row.recipe?.unitProcedures.flatMap((part) => part.operations.flatMap((operation) => operation.steps)).length ?? 0)]],
    standing: (row) => (row.state === RecipeState.APPROVED ? yes(t.isApproved) : draft), writesOver: (row) => row.state === RecipeState.DRAFT,
    put: RecipesService.method.putRecipe, request: (recipe, row, reason) => ({ recipe, reason, ...(row?.state === RecipeState.DRAFT ? { version: row.version, etag: row.etag } : {}) }),
    approval: { method: RecipesService.method.approveRecipe, asks: true, isDraft: (row) => row.state === RecipeState.DRAFT, version: (row) => [row.recipe?.code ?? '', Number(row.version)], request: (row, reason, effectiveTime) => ({ code: row.recipe?.code ?? '', version: row.version, etag: row.etag, effectiveTime, reason }) },
  }),
  kind<Specification>({
    id: 'specifications', list: SpecificationsService.method.listSpecifications, rows: 'specifications', key: (row) => row.specificationId, schema: SpecificationSchema,
    hidden: ['specificationId', 'state', 'authorName', 'approval', 'version'],
    cells: (row) => [[c.product, row.productCode], [c.version, String(row.specificationVersion)], [c.name, row.productName], [c.tests, String(row.tests.length)], [t.author, row.authorName], [t.approver, row.approval?.signerName ?? '']],
    standing: (row) => (row.state === SpecificationState.APPROVED ? yes(t.isApproved) : draft), writesOver: (row) => row.state === SpecificationState.DRAFT,
    put: SpecificationsService.method.putSpecification, hasReason: false, renewed: next('specificationVersion'),
    request: ({ productCode, specificationVersion, productName, dosageForm, effectiveTime, tests }, row) => ({ productCode, specificationVersion, productName, dosageForm, effectiveTime, tests, version: row?.state === SpecificationState.DRAFT ? row.version : 0n }),
    approval: { method: SpecificationsService.method.approveSpecification, isDraft: (row) => row.state === SpecificationState.DRAFT, version: (row) => [row.productCode, Number(row.specificationVersion)], request: (row) => ({ specificationId: row.specificationId, version: row.version }) },
  }),
  kind<Licence>({
    id: 'licences', ofSite: true, list: LicencesService.method.listLicences, rows: 'licences', key: (row) => row.licenceId, schema: LicenceSchema, hidden: ['licenceId'],
    cells: (row) => [[c.licence, row.number], [c.amendment, String(row.amendment)], [c.site, row.siteId], [c.kind, row.jurisdiction], [c.lines, row.lines.map((line) => line.nuclide).join(', ')], [c.until, day(row.expireTime)]],
    standing: (row, now) => term(row.effectiveTime, row.expireTime, now), writesOver: () => false, signed: true,
    put: LicencesService.method.putLicence, renewed: next('amendment'), request: (licence, _, reason) => ({ licence, reason }),
  }),
  kind<Template>({
    id: 'templates', list: TemplatesService.method.listTemplates, rows: 'templates', key: (row) => row.templateId, schema: TemplateSchema,
    hidden: ['templateId', 'approved', 'authorName', 'approverName', 'approveTime', 'fields', 'version'],
    cells: (row) => [[c.code, row.code], [c.version, String(row.templateVersion)], [c.product, row.productCode], [c.market, row.market], [t.author, row.authorName], [t.approver, row.approverName]],
    standing: (row) => (row.approved ? yes(t.isApproved) : draft), writesOver: (row) => !row.approved,
    put: TemplatesService.method.putTemplate, hasReason: false, renewed: next('templateVersion'),
    request: ({ code, templateVersion, productCode, market, zpl, widthMm, heightMm, zone, effectiveTime }, row) => ({ code, templateVersion, productCode, market, zpl, widthMm, heightMm, zone, effectiveTime, version: row && !row.approved ? row.version : 0n }),
    approval: { method: TemplatesService.method.approveTemplate, isDraft: (row) => !row.approved, version: (row) => [row.code, Number(row.templateVersion)], request: (row) => ({ templateId: row.templateId, version: row.version }) },
  }),
  kind<CarrierService>({
    id: 'carriers', list: CarriersService.method.listCarrierServices, rows: 'services', key: (row) => row.carrierServiceId, schema: CarrierServiceSchema, hidden: ['carrierServiceId', 'version'],
    cells: (row) => [[c.carrier, row.carrier], [c.site, row.siteId], [c.cutoff, `${clock(row.cutoffMinuteOfDay)} ${row.zone}`], [c.transit, hours(row.transit?.seconds)], [c.customer, row.customerId.slice(0, 10)]], standing: (row) => (row.active ? yes(t.active) : no(t.inactive)),
    put: CarriersService.method.putCarrierService, request: (body, row, reason) => ({ service: { ...body, carrierServiceId: row?.carrierServiceId ?? '', version: row?.version ?? 0n }, reason }),
  }),
  kind<Packaging>({
    id: 'packagings', list: PackagingsService.method.listPackagings, rows: 'packagings', key: (row) => row.packagingId, schema: PackagingSchema, hidden: ['packagingId', 'version'],
    cells: (row) => [[c.name, row.name], [c.kind, enumText(PackagingKind, row.kind)], [c.evidence, row.evidence]], standing: (row) => (row.active ? yes(t.active) : no(t.inactive)),
    put: PackagingsService.method.putPackaging, request: (body, row, reason) => ({ packaging: { ...body, packagingId: row?.packagingId ?? '', version: row?.version ?? 0n }, reason }),
  }),
  kind<Material>({
    id: 'materials', list: MaterialsService.method.listMaterials, rows: 'materials', key: (row) => row.materialCode, schema: MaterialSchema, hidden: ['version'], fixed: ['materialCode'],
    cells: (row) => [[c.code, row.materialCode], [c.name, row.name], [c.nuclide, row.nuclide || row.unit]], put: MaterialsService.method.putMaterial,
    request: (body, row, reason) => ({ material: { ...body, version: row?.version ?? 0n }, reason }),
  }),
  kind<Supplier>({
    id: 'suppliers', list: MaterialsService.method.listSuppliers, rows: 'suppliers', key: (row) => row.supplierCode, schema: SupplierSchema, hidden: ['version'], fixed: ['supplierCode'],
    cells: (row) => [[c.code, row.supplierCode], [c.name, row.name], [c.licence, `${row.licenceNumber} ${c.until} ${day(row.licenceExpireTime)}`], [c.materials, row.materialCodes.join(', ')]], standing: (row, now) => (row.licenceNumber ? term(undefined, row.licenceExpireTime, now) : null),
    put: MaterialsService.method.putSupplier, request: (body, row, reason) => ({ supplier: { ...body, version: row?.version ?? 0n }, reason }),
  }),
  kind<Room>({
    id: 'rooms', ofSite: true, list: SitesService.method.listRooms, rows: 'rooms', key: (row) => row.roomId, schema: RoomSchema, hidden: ['version'], fixed: ['roomId', 'siteId'],
    cells: (row) => [[c.code, row.roomId], [c.name, row.name], [c.kind, enumText(RoomKind, row.kind)], [c.nuclide, row.nuclides.map((each) => each.nuclide).join(', ')]], standing: (row) => (row.active ? yes(t.active) : no(t.inactive)),
    put: SitesService.method.putRoom, request: (body, row, reason) => ({ room: { ...body, version: row?.version ?? 0n }, reason }),
  }),
];

/** The approved version that a draft would take the place of: the latest before it; undefined for the first of its kind. */
export function approvedBefore(of: Kind, row: Message, all: readonly Message[]): Message | undefined {
  if (!of.approval) return undefined;
  const { isDraft, version } = of.approval;
  const [series, number] = version(row);
  return all.filter((each) => !isDraft(each) && version(each)[0] === series && version(each)[1] < number).sort((a, b) => version(b)[1] - version(a)[1])[0];
}
