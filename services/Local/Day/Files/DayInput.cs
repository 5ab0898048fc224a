using Doseline.Execution.V1;
using Doseline.Kernel.Decay;

namespace Doseline.Local.Day.Files;

/// <summary>A day as its files tell it, checked for form and references; the services check the rest.</summary>
sealed record DayInput
{
    public required DateTimeOffset Start { get; init; }
    public required string Zone { get; init; }
    public required int Seed { get; init; }
    public required IReadOnlyList<Incident> Incidents { get; init; }
    public required IReadOnlyList<SiteInput> Sites { get; init; }
    public required IReadOnlyList<RoomInput> Rooms { get; init; }
    public required IReadOnlyList<LicenceInput> Licences { get; init; }
    public required IReadOnlyList<MaterialInput> Materials { get; init; }
    public required IReadOnlyList<SupplierInput> Suppliers { get; init; }
    public required IReadOnlyList<DeliveryInput> Deliveries { get; init; }
    public required IReadOnlyList<EquipmentInput> Equipment { get; init; }
    public required IReadOnlyList<CleaningInput> Cleaning { get; init; }
    public required IReadOnlyList<MaintenanceInput> Maintenance { get; init; }
    public required IReadOnlyList<PlausibleInput> Plausible { get; init; }
    public required IReadOnlyList<ProductInput> Products { get; init; }
    public required IReadOnlyList<PriceInput> Prices { get; init; }
    public required IReadOnlyList<CustomerInput> Customers { get; init; }
    public required IReadOnlyList<CarrierInput> Carriers { get; init; }
    public required IReadOnlyList<PackagingInput> Packagings { get; init; }
    public required IReadOnlyList<RunInput> Runs { get; init; }
    public required IReadOnlyList<TestInput> Specifications { get; init; }
    public required IReadOnlyList<OrderInput> Orders { get; init; }
    public required IReadOnlyDictionary<string, Recipe> Recipes { get; init; }
    public required string LabelZpl { get; init; }

    /// <summary>The zone of a site.</summary>
    public string ZoneOf(string site) => Sites.Single(s => s.Site == site).Zone;
}

/// <summary>
/// Something that goes wrong: <c>out_of_specification</c>, <c>late_positive</c>, <c>carrier_refusal</c>, <c>held_dose</c>, <c>late_flight</c>, <c>wrong_proof</c> or <c>breakdown</c>; what a kind does
/// not need is empty.
/// </summary>
/// <param name="Kind">Kind.</param>
/// <param name="Run">Run that is concerned.</param>
/// <param name="Test">Test that fails.</param>
/// <param name="Value">What the test finds, how many hours a flight is late, or how many days after release a test turns out positive.</param>
/// <param name="Customer">Customer that is concerned.</param>
/// <param name="Order">Order that is concerned.</param>
/// <param name="Equipment">Equipment that breaks.</param>
/// <param name="From">When it happens; of a flight, the day it was to arrive on; null for any day.</param>
/// <param name="Until">When it is over.</param>
/// <param name="Replan">True when the patients get a dose of a later day.</param>
/// <param name="Reason">What people say of it.</param>
sealed record Incident(
    string Kind, string Run, string Test, double Value, string Customer, string Order, string Equipment, DateTimeOffset? From, DateTimeOffset? Until, bool Replan, string Reason)
{
    /// <summary>True when it is about this day, as a site's calendar has it.</summary>
    public bool IsOn(DateTimeOffset instant, string zone) => From is not { } from || Kernel.Time.Zones.Show(from, zone).Local.Date == Kernel.Time.Zones.Show(instant, zone).Local.Date;
}

sealed record SiteInput(string Site, string Name, string Zone);

sealed record RoomInput(string Site, string Room, string Name, string Kind, IReadOnlyList<string> Nuclides, IReadOnlyList<string> Uses, IReadOnlyList<string> Statuses, IReadOnlyList<(string Nuclide, Activity Limit)> Limits);

sealed record LicenceInput(string Site, string Licence, string Amendment, string Jurisdiction, DateTimeOffset Effective, DateTimeOffset Expire, IReadOnlyList<LicenceLineInput> Lines);

sealed record LicenceLineInput(string Nuclide, string Form, IReadOnlyList<string> Uses, IReadOnlyList<string> Rooms, Activity Limit);

sealed record MaterialInput(string Material, string Description, string Nuclide, string Unit);

sealed record SupplierInput(string Supplier, string Name, string Licence, DateTimeOffset LicenceExpire, IReadOnlyList<int> Delivers);

sealed record DeliveryInput(
    string Lot, string Material, string Supplier, string Site, string Room, string AlternativeRoom, DateTimeOffset Arrive,
    CalibratedActivity? Activity, IReadOnlyList<CalibratedActivity> Impurities, string Form, string Route);

sealed record EquipmentInput(string Equipment, string Class, string Site, string Room, DateTimeOffset QualifiedUntil, DateTimeOffset? CalibratedUntil, Activity? Clearance);

/// <summary>Rules of a site for cleaning between uses; changes as in <c>UseChange</c>.</summary>
sealed record CleaningInput(string Site, IReadOnlyList<(string Change, int Level)> Rules, TimeSpan? ValidFor, string Source);

/// <summary>Bounds outside of which a value of a service is questioned, as a site sets them.</summary>
sealed record PlausibleInput(string Service, string Measure, string Product, string Item, double Minimum, double Maximum);

sealed record MaintenanceInput(string Order, string Equipment, string Site, string Kind, IReadOnlyList<string> Plan, DateTimeOffset Start, DateTimeOffset End, string Reason);

sealed record ProductInput(
    string Product, string Name, string Nuclide, string Form, Activity Prescription, double ToleranceFraction, TimeSpan ShelfLife,
    string Recipe, TimeSpan ReleaseAfter, TimeSpan Pack, TimeSpan ReceiveBefore, IReadOnlyList<string> Sites, string Gtin);

sealed record PriceInput(string Product, string Currency, long MinorUnits, DateTimeOffset Effective);

sealed record CustomerInput(
    string Customer, string Name, IReadOnlyList<string> Address, string Zone, string Licence, string Agency, DateTimeOffset LicenceExpire,
    IReadOnlyList<(string Nuclide, string Form, Activity Limit)> Lines);

sealed record CarrierInput(string Service, string Carrier, string Site, string Customer, IReadOnlyList<int> PickupDays, int CutoffMinuteOfDay, TimeSpan Transit);

sealed record PackagingInput(string Packaging, string Name, string Specification, string Evidence);

sealed record RunInput(string Run, string Site, string Product, string Recipe, string HotCell, DateTimeOffset Start, int Doses, Activity Yield, string Lot);

/// <summary>A test of a specification; one with <paramref name="ResultWithin"/> may end so long after release.</summary>
sealed record TestInput(string Product, string Test, string Description, string Method, string Unit, double? Low, double? High, string Text, TimeSpan? ResultWithin = null, string PendingBasis = "");

sealed record OrderInput(
    string Order, DateTimeOffset Place, string Product, string Site, string Customer, Activity? Wanted,
    DateTime WindowStart, DateTime WindowEnd, string WindowZone, string PatientToken, bool ExpectedAccepted);
