using System.Text.RegularExpressions;
using Doseline.Kernel.Decay;
using Doseline.Kernel.Rules;
using Doseline.Orders.Data;
using Doseline.Orders.Domain;
using Doseline.Platform.Rpc;
using LocalTime = Doseline.Common.V1.LocalTime;

namespace Doseline.Orders.Api;

/// <summary>Reads requests about orders against the catalog, with every reason why one cannot be understood.</summary>
public sealed partial class OrderReading(OrdersDb db, CatalogCache catalogs)
{
    /// <summary>Reads an order to place: what is to be promised, and the price that would be frozen.</summary>
    public async Task<(PromiseQuestion Question, Price Price)> PlaceAsync(V1.PlaceOrderRequest request, CancellationToken cancel)
    {
        List<Refusal> refusals = [];
        PatientTokens.Check(refusals, request.PatientToken);
        if (!Reference().IsMatch(request.ExternalReference))
            refusals.Add(Refusal.Invalid("external_reference", "REFERENCE_MALFORMED", "external_reference has at most 40 letters, digits and './-_#'.").With("length", request.ExternalReference.Length));
        return await NewAsync(
            new(request.ProductCode, request.CustomerId, request.CustomerCode, request.SiteId, request.Wanted, request.WindowStart, request.WindowEnd), refusals, cancel);
    }

    /// <summary>Reads a question to preview.</summary>
    public Task<(PromiseQuestion Question, Price Price)> PreviewAsync(V1.PreviewPromiseRequest request, CancellationToken cancel) => NewAsync(
        new(request.ProductCode, request.CustomerId, request.CustomerCode, request.SiteId, request.Wanted, request.WindowStart, request.WindowEnd), [], cancel);

    /// <summary>Reads a new appointment for an order, under the product version it was accepted for.</summary>
    public async Task<PromiseQuestion> RescheduleAsync(V1.RescheduleOrderRequest request, OrderRow row, CancellationToken cancel)
    {
        var catalog = await catalogs.ReadAsync(cancel);
        var product = catalog.Product(row.ProductCode, row.ProductVersion) ?? throw new InvalidOperationException($"Order {row.Id} names a version of {row.ProductCode} that is not kept.");
        var customer = catalog.Customer(row.CustomerId) ?? throw new InvalidOperationException($"Order {row.Id} names a customer that is not kept.");
        List<Refusal> refusals = [];
        var appointment = Window(request.WindowStart, request.WindowEnd, refusals);
        refusals.ThrowIfAny();
        var wanted = request.Wanted is null
            ? row.Wanted.Moved(appointment!.Start - row.WindowStartTime)
            : Read(request.Wanted, product, appointment!, refusals);
        return Complete(product, customer, appointment!, wanted, Sites("", product, refusals), catalog, refusals);
    }

    async Task<(PromiseQuestion, Price)> NewAsync(Asked asked, List<Refusal> refusals, CancellationToken cancel)
    {
        var catalog = await catalogs.ReadAsync(cancel);
        var product = catalog.Product(asked.ProductCode, db.Now);
        if (product is null)
            refusals.Add(Refusal.Invalid("product_code", "PRODUCT_UNKNOWN", $"There is no product '{asked.ProductCode}' in force.").With("product_code", asked.ProductCode));
        else if (!product.Orderable)
            refusals.Add(Refusal.State($"products/{product.Code}", "PRODUCT_WITHDRAWN", $"{product.Code} cannot be ordered any more.").With("product_version", product.Version));
        var customer = Customer(asked, catalog, refusals);
        var appointment = Window(asked.WindowStart, asked.WindowEnd, refusals);
        var price = product is null || customer is null ? null : catalog.Price(product.Code, customer, db.Now);
        if (price is null && product is not null && customer is not null)
            refusals.Add(Refusal.State($"products/{product.Code}", "PRICE_MISSING", $"{product.Code} has no price in {customer.Currency} for {customer.Code}.").With("currency", customer.Currency));
        var sites = product is null ? [] : Sites(asked.SiteId, product, refusals);
        var wanted = product is null || appointment is null ? null : Read(asked.Wanted, product, appointment, refusals);
        if (product is null || customer is null || appointment is null) throw new RefusedException(refusals);
        return (Complete(product, customer, appointment, wanted, sites, catalog, refusals), price!);
    }

    PromiseQuestion Complete(Product product, Customer customer, Appointment appointment, Wanted? wanted, IReadOnlyList<string> sites, Catalog catalog, List<Refusal> refusals)
    {
        wanted?.Check(refusals, product, appointment, db.Now);
        if (!customer.Active)
            refusals.Add(Refusal.State($"customers/{customer.Id}", "CUSTOMER_INACTIVE", $"{customer.Code} takes no orders."));
        refusals.ThrowIfAny();
        return new PromiseQuestion
        {
            Product = product,
            Customer = customer,
            Wanted = wanted!,
            Appointment = appointment,
            Sites = sites,
            Carriers = catalog.Carriers,
            Now = db.Now,
        };
    }

    Customer? Customer(Asked asked, Catalog catalog, List<Refusal> refusals)
    {
        var field = asked.CustomerId is "" ? "customer_code" : "customer_id";
        var customer = catalog.Customer(asked.CustomerId is "" ? CustomerWire.IdOf(asked.CustomerCode) : asked.CustomerId);
        if (customer is null)
            refusals.Add(Refusal.Invalid(field, "CUSTOMER_UNKNOWN", "There is no such customer.").With(field, asked.CustomerId is "" ? asked.CustomerCode : asked.CustomerId));
        else
            Access.RequireCustomer(db.Request, customer.Id, customer.PartnerSubjects);
        return customer;
    }

    List<string> Sites(string siteId, Product product, List<Refusal> refusals)
    {
        List<string> sites = [.. product.Sites.Where(s => (siteId is "" || s == siteId) && db.Request.Caller.MayActAt(s))];
        if (sites is [])
        {
            refusals.Add(Refusal.State($"products/{product.Code}", "SITE_DOES_NOT_MAKE", $"{product.Code} is not made at a site you may order from.")
                .With("site_id", siteId).With("site_ids", string.Join(',', product.Sites)));
        }

        return sites;
    }

    Appointment? Window(LocalTime? start, LocalTime? end, List<Refusal> refusals)
    {
        var (first, last) = (start.Read("window_start", refusals), end.Read("window_end", refusals));
        if (first is not { } from || last is not { } until) return null;
        if (from.Zone != until.Zone)
            refusals.Add(Refusal.Invalid("window_end.zone", "WINDOW_ZONES_DIFFER", "Both ends of the window are read in one zone.").With("zone", until.Zone).With("zone_expected", from.Zone));
        var appointment = new Appointment(from.Instant, until.Instant, from.Zone);
        appointment.Check(refusals, db.Now);
        return appointment;
    }

    static Wanted? Read(V1.Prescription? sent, Product product, Appointment appointment, List<Refusal> refusals)
    {
        switch (sent?.WayCase)
        {
            case V1.Prescription.WayOneofCase.AtCalibration:
                return sent.AtCalibration.Read("wanted.at_calibration").OrAdd(refusals) is { } calibrated ? new(calibrated, appointment.Start, AtCalibration: true) : null;
            case V1.Prescription.WayOneofCase.AtAdministration:
                var asked = sent.AtAdministration;
                var instant = asked.AdministrationTime.ReadOr(appointment.Start, "wanted.at_administration.administration_time", refusals);
                return At(asked.Nuclide, asked.AmountBq, instant, refusals);
            case V1.Prescription.WayOneofCase.ProductStandard when sent.ProductStandard:
                return At(product.Nuclide, product.Prescription.Bq, appointment.Start, refusals);
            default:
                refusals.Add(Refusal.Invalid("wanted", "ACTIVITY_REQUIRED", "wanted is required: at_administration, at_calibration or product_standard.").With("product_standard_bq", product.Prescription.Bq));
                return null;
        }
    }

    static Wanted? At(string nuclide, double bq, DateTimeOffset instant, List<Refusal> refusals) =>
        CalibratedActivity.Create(nuclide, bq, instant, NuclideData.Current, "wanted.at_administration").OrAdd(refusals) is { } ordered
            ? new(ordered, instant, AtCalibration: false)
            : null;

    [GeneratedRegex("^[A-Za-z0-9./_#-]{0,40}\\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Reference();

    sealed record Asked(
        string ProductCode, string CustomerId, string CustomerCode, string SiteId, V1.Prescription? Wanted, LocalTime? WindowStart, LocalTime? WindowEnd);
}
