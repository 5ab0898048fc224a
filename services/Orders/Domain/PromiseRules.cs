using Doseline.Kernel.Rules;

namespace Doseline.Orders.Domain;

/// <summary>What a promise is asked for.</summary>
public sealed record PromiseQuestion
{
    /// <summary>Product, in the version that counts.</summary>
    public required Product Product { get; init; }

    /// <summary>Customer.</summary>
    public required Customer Customer { get; init; }

    /// <summary>Activity wanted.</summary>
    public required Wanted Wanted { get; init; }

    /// <summary>Appointment.</summary>
    public required Appointment Appointment { get; init; }

    /// <summary>Sites that may make it.</summary>
    public required IReadOnlyList<string> Sites { get; init; }

    /// <summary>Carrier services offered.</summary>
    public required IReadOnlyList<CarrierService> Carriers { get; init; }

    /// <summary>Now.</summary>
    public required DateTimeOffset Now { get; init; }
}

/// <summary>What the calendar allows: departures to try, best first, and what binds the others.</summary>
/// <param name="Departures">Departures that nothing forbids, latest first: the later, the less has to be made.</param>
/// <param name="Binding">What forbids the others; reasons only when <paramref name="Departures"/> is empty.</param>
public sealed record PromisePlan(IReadOnlyList<Departure> Departures, IReadOnlyList<Refusal> Binding);

/// <summary>Backward from the appointment: delivery, carrier cut-off, release, end of synthesis.</summary>
public static class PromiseRules
{
    /// <summary>Departures that are looked at for each carrier service: earlier ones only cost more activity.</summary>
    public const int DeparturesMax = 3;

    /// <summary>Finds the departures for a question.</summary>
    public static PromisePlan Plan(PromiseQuestion question)
    {
        List<Departure> departures = [];
        List<Refusal> binding = [];
        var services = ServicesOf(question);
        foreach (var service in services)
        {
            var until = question.Appointment.Start - question.Product.ReceivingLead - service.Transit;
            for (var i = 0; i < DeparturesMax; i++)
            {
                var departure = Departure.Of(service, service.LastCutoff(until), question.Product, question.Appointment);
                var reasons = Bind(departure, question);
                var last = reasons.Any(r => r.Code is CutoffBeforeRelease or ShelfLifeTooShort);
                if (reasons is []) departures.Add(departure);
                else if (!last || i == 0) binding.AddRange(reasons);
                // Once release or shelf life forbids a departure, it forbids every earlier one, and is not what binds the later.
                if (last) break;
                until = departure.Cutoff.AddTicks(-1);
            }
        }

        if (services is []) binding.AddRange(NoCarrier(question));
        return new(
            [.. departures.OrderByDescending(d => d.ReleaseBy).ThenBy(d => d.Service.Transit).ThenBy(d => d.Service.Id, StringComparer.Ordinal)],
            [.. binding.DistinctBy(r => r.Code, StringComparer.Ordinal)]);
    }

    /// <summary>Stable code: release cannot happen before the carrier leaves.</summary>
    public const string CutoffBeforeRelease = "CUTOFF_BEFORE_RELEASE";

    /// <summary>Stable code: the dose would expire before the window ends.</summary>
    public const string ShelfLifeTooShort = "SHELF_LIFE_TOO_SHORT";

    /// <summary>Carrier services that could bring it.</summary>
    public static List<CarrierService> ServicesOf(PromiseQuestion question) =>
        [.. question.Carriers.Where(s => s.Serves(question.Customer.Id, question.Sites))];

    /// <summary>The refusal of a release that misses its cut-off.</summary>
    /// <param name="departure">Departure that is missed.</param>
    /// <param name="release">Earliest release.</param>
    /// <param name="question">The question.</param>
    public static Refusal MissesCutoff(Departure departure, DateTimeOffset release, PromiseQuestion question) =>
        Refusal.State($"carriers/{departure.Service.Id}", CutoffBeforeRelease,
                $"Release at the earliest at {Kernel.Time.Zones.Show(release, departure.Service.Zone)} misses the cut-off of {departure.Service.Carrier} at {Kernel.Time.Zones.Show(departure.Cutoff, departure.Service.Zone)}.")
            .With("cutoff_time", departure.Cutoff).With("release_by_time", departure.ReleaseBy).With("earliest_release_time", release)
            .With("site_id", departure.Service.SiteId).With("delivery_time", departure.Delivery).With("window_start_time", question.Appointment.Start);

    /// <summary>The refusal of a dose that would not live long enough.</summary>
    /// <param name="departure">Departure it would go with.</param>
    /// <param name="endOfSynthesis">Latest end of synthesis that goes with the departure.</param>
    /// <param name="question">The question.</param>
    public static Refusal Expires(Departure departure, DateTimeOffset endOfSynthesis, PromiseQuestion question) =>
        Refusal.State($"products/{question.Product.Code}", ShelfLifeTooShort,
                $"{question.Product.Code} made for the cut-off at {Kernel.Time.Zones.Show(departure.Cutoff, departure.Service.Zone)} expires before the appointment window ends.")
            .With("shelf_life_hours", question.Product.ShelfLife.TotalHours)
            .With("needed_hours", (question.Appointment.End - endOfSynthesis).TotalHours)
            .With("end_of_synthesis_time", endOfSynthesis).With("expire_time", endOfSynthesis + question.Product.ShelfLife)
            .With("window_end_time", question.Appointment.End).With("cutoff_time", departure.Cutoff);

    static List<Refusal> Bind(Departure departure, PromiseQuestion question)
    {
        var product = question.Product;
        List<Refusal> reasons = [];
        var earliestRelease = question.Now + product.ReleaseDuration;
        if (departure.ReleaseBy < earliestRelease) reasons.Add(MissesCutoff(departure, earliestRelease, question));
        var latestEnd = departure.ReleaseBy - product.ReleaseDuration;
        if (latestEnd < departure.NotBefore) reasons.Add(Expires(departure, latestEnd, question));
        reasons.AddRange(LicenceRules.Check(question.Customer, product, question.Wanted.Ordered, question.Wanted.Administration, departure.Delivery));
        return reasons;
    }

    // Without a carrier there is no delivery; the licence is then checked at the latest instant that would do.
    static IEnumerable<Refusal> NoCarrier(PromiseQuestion question)
    {
        var delivery = question.Appointment.Start - question.Product.ReceivingLead;
        yield return Refusal.State($"customers/{question.Customer.Id}", "NO_CARRIER_IN_TIME",
                $"No carrier service brings {question.Product.Code} from {string.Join(", ", question.Sites)} to {question.Customer.Code}.")
            .With("customer_id", question.Customer.Id).With("site_ids", string.Join(',', question.Sites)).With("latest_delivery_time", delivery);
        foreach (var reason in LicenceRules.Check(question.Customer, question.Product, question.Wanted.Ordered, question.Wanted.Administration, delivery))
            yield return reason;
    }
}
