import { useRead } from '../../api/query';
import { useSession } from '../../app/session';
import { mayCall } from '../../api/policy';
import { OrdersService } from '../../generated/doseline/orders/v1/orders_pb';
import { Time } from '../../ui/Figures';
import { Facts, Panel } from '../../ui/Panel';
import { Refusals } from '../../ui/Refusals';
import { orderTexts as t } from '../../text/orders';
import { moneyText } from '../../physics/money';

/** The invoice of an order, for those who may see prices. */
export function InvoicePanel({ orderId }: { orderId: string }) {
  const { roles } = useSession();
  const read = useRead(OrdersService.method.getInvoice, mayCall(OrdersService.method.getInvoice, roles) ? { orderId } : null);
  const invoice = read.data?.invoice;
  const currency = invoice?.price?.currency ?? 'USD';
  if (!invoice) return read.problem ? <Refusals problem={read.problem} /> : null;
  return (
    <Panel title={`${t.invoice} ${invoice.number}`}>
      <Facts of={[
        invoice.doseId !== '' && [t.dose, <span className="id">{invoice.doseId}</span>],
        [t.price, moneyText(invoice.price?.minorUnits ?? 0n, currency)],
        [t.tax, `${moneyText(invoice.taxMinorUnits, currency)} (${invoice.taxBasisPoints / 100} %)`],
        [t.total, <strong>{moneyText(invoice.totalMinorUnits, currency)}</strong>],
        [t.rounding, invoice.roundingMode.toLowerCase().replaceAll('_', ' ')],
        [t.acceptedAt, <Time at={invoice.issueTime} day="always" />],
      ]} />
    </Panel>
  );
}
