using Doseline.Kernel.Decay;
using Doseline.Kernel.Time;
using Doseline.Orders.Domain;
using Doseline.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace Doseline.Orders.Tests.Domain;

/// <summary>The promise as a calendar: over zones, clock changes and oceans.</summary>
public sealed class PromiseRulesTests
{
    static readonly DateTimeOffset Now = new(2026, 10, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    // Window in the customer's zone, carrier's transit in hours, and the cut-off at 18:00 in New York that follows, in UTC.
    [InlineData("America/Phoenix", "2026-11-25T10:00", 16, "2026-11-24T23:00:00Z")]
    [InlineData("Pacific/Honolulu", "2026-11-25T10:00", 24, "2026-11-23T23:00:00Z")]
    [InlineData("Asia/Kolkata", "2026-11-26T10:00", 40, "2026-11-23T23:00:00Z")]
    // US clocks fall back on Sunday 2026-11-01: Friday's cut-off is EDT, Monday's EST.
    [InlineData("America/New_York", "2026-11-02T10:00", 24, "2026-10-30T22:00:00Z")]
    [InlineData("America/New_York", "2026-11-03T10:00", 12, "2026-11-02T23:00:00Z")]
    // US clocks spring forward on Sunday 2027-03-14, those of the EU two weeks later.
    [InlineData("America/New_York", "2027-03-15T10:00", 24, "2027-03-12T23:00:00Z")]
    [InlineData("America/New_York", "2027-03-16T10:00", 12, "2027-03-15T22:00:00Z")]
    [InlineData("Europe/Berlin", "2027-03-17T10:00", 30, "2027-03-15T22:00:00Z")]
    [InlineData("Europe/Berlin", "2027-03-30T10:00", 30, "2027-03-26T22:00:00Z")]
    public void The_last_cut_off_before_the_appointment_is_read_on_the_clock_of_the_site(string zone, string start, int transitHours, string cutoff)
    {
        var first = Zones.Resolve(Zones.ParseLocal(start, "t").OrThrow(), zone, null, "t").OrThrow().Instant;
        var plan = PromiseRules.Plan(Question(first, transitHours, first - TimeSpan.FromDays(6), zone));
        plan.Departures[0].Cutoff.ShouldBe(DateTimeOffset.Parse(cutoff, System.Globalization.CultureInfo.InvariantCulture));
        plan.Departures[0].Delivery.ShouldBe(plan.Departures[0].Cutoff + TimeSpan.FromHours(transitHours));
    }

    [Fact]
    [Requirement("A034")]
    public void Every_departure_keeps_the_order_of_time_and_the_shelf_life() => Prop.ForAll(Questions, question =>
    {
        var plan = PromiseRules.Plan(question);
        return plan.Departures.All(d =>
                question.Now + question.Product.ReleaseDuration <= d.ReleaseBy
                && d.ReleaseBy <= d.Cutoff && d.Cutoff < d.Delivery
                && d.Delivery + question.Product.ReceivingLead <= question.Appointment.Start
                && d.NotBefore + question.Product.ShelfLife == question.Appointment.End
                && d.ReleaseBy - question.Product.ReleaseDuration >= d.NotBefore)
            && plan.Departures.Zip(plan.Departures.Skip(1)).All(pair => pair.First.ReleaseBy >= pair.Second.ReleaseBy)
            && (plan.Departures.Count > 0 || plan.Binding.Count > 0);
    }).Holds();

    [Fact]
    [Requirement("A007")]
    public void Activity_at_end_of_synthesis_decays_to_what_was_ordered() => Prop.ForAll(Questions, question =>
    {
        var ordered = question.Wanted.Ordered;
        var atEnd = ordered.ReferredTo(question.Appointment.Start - TimeSpan.FromHours(37));
        return atEnd.Amount > ordered.Amount
            && Math.Abs(atEnd.At(question.Wanted.Administration).Bq / ordered.Amount.Bq - 1) < 1e-12;
    }).Holds();

    [Fact]
    [Requirement("A034")]
    public void The_alternative_offered_can_be_promised() => Prop.ForAll(Questions, question =>
    {
        var run = Run(question.Now + TimeSpan.FromHours(30), 50e9);
        var alternative = AlternativeRules.Find([], question, [run]);
        if (alternative.WindowStart is not { } start) return true;
        var by = start - question.Appointment.Start;
        var other = question with
        {
            Appointment = question.Appointment with { Start = start, End = question.Appointment.End + by },
            Wanted = question.Wanted.Moved(by),
        };
        return PromiseRules.Plan(other).Departures.Any(d => RunRules.Best(d, other, [run]) is not null);
    }).Holds();

    [Fact]
    [Requirement("E05")]
    public void A_licence_is_kept_exactly_when_what_arrives_is_within_its_limit() => Prop.ForAll(Questions, question =>
    {
        var delivery = question.Appointment.Start - TimeSpan.FromHours(5);
        var arriving = question.Wanted.Ordered.At(delivery).Bq;
        return Check(arriving) is [] && Check(Math.BitDecrement(arriving)) is [{ Code: "LICENCE_LIMIT_EXCEEDED" }];

        List<Kernel.Rules.Refusal> Check(double limit) => LicenceRules.Check(
            question.Customer with { Licence = question.Customer.Licence with { Lines = [new LicenceLine("Lu-177", limit, "any")] } },
            question.Product, question.Wanted.Ordered, question.Wanted.Administration, delivery);
    }).Holds();

    static Arbitrary<PromiseQuestion> Questions => (
        from hours in Gen.Choose(1, 400)
        from transit in Gen.Choose(1, 60)
        from window in Gen.Choose(0, 12)
        from megabecquerel in Gen.Choose(1000, 10_000)
        select Question(Now + TimeSpan.FromHours(hours), transit, Now, "America/Phoenix", window, megabecquerel * 1e6)).ToArbitrary();

    static PromiseQuestion Question(DateTimeOffset start, int transitHours, DateTimeOffset now, string zone, int windowHours = 2, double bq = 7.4e9) => new()
    {
        Product = Product,
        Customer = new Customer
        {
            Id = "c", Code = "C", Name = "C", AddressLines = ["a"], Zone = zone, Currency = "USD", TaxBasisPoints = 0, PartnerSubjects = [], Active = true, Version = 1,
            Licence = new("L-1", "Agency", Now.AddYears(5), Now, [new LicenceLine("Lu-177", 1e12, "any")]),
        },
        Wanted = new(CalibratedActivity.Create("Lu-177", bq, start, NuclideData.Current, "t").OrThrow(), start, AtCalibration: false),
        Appointment = new(start, start + TimeSpan.FromHours(windowHours), zone),
        Sites = ["east"],
        Carriers =
        [
            new CarrierService
            {
                Id = "x", Carrier = "X", SiteId = "east", CustomerId = "", Cutoff = new(18, 0), Zone = "America/New_York", Transit = TimeSpan.FromHours(transitHours),
                PickupDays = [DayOfWeek.Monday, DayOfWeek.Tuesday, DayOfWeek.Wednesday, DayOfWeek.Thursday, DayOfWeek.Friday],
            },
        ],
        Now = now,
    };

    static PlannedRun Run(DateTimeOffset end, double bq) => new()
    {
        Id = "r", SiteId = "east", Start = end.AddHours(-1), EndOfSynthesis = end, Release = end.AddHours(3), PlacesLeft = 1,
        Left = CalibratedActivity.Create("Lu-177", bq, end, NuclideData.Current, "t").OrThrow(),
    };

    static Product Product { get; } = new()
    {
        Code = "LU", Version = 1, Name = "Lu", Nuclide = "Lu-177", Form = DosageForm.Solution, Prescription = new(7.4e9), ToleranceFraction = 0.1,
        Minimum = new(1e9), Maximum = new(10e9), ShelfLife = TimeSpan.FromHours(120), RecipeCode = "LU", ReleaseDuration = TimeSpan.FromHours(2),
        PackDuration = TimeSpan.FromMinutes(30), ReceivingLead = TimeSpan.FromHours(1), CancellationNotice = TimeSpan.Zero, Sites = ["east"],
        PhysicalForm = "liquid", ChemicalForm = "x", DryIce = false, Storage = "", Gtin = "", EffectiveTime = Now, Orderable = true, Source = "test",
    };
}
