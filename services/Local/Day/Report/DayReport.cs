namespace Doseline.Local.Day.Report;

/// <summary>What became of a day, for people and machines alike; instants are UTC in RFC 3339, activities in becquerels unless the name says otherwise.</summary>
public sealed record DayReport
{
    /// <summary>Version of the form of this report.</summary>
    public int FormVersion { get; init; } = 1;

    /// <summary>First and last instant played.</summary>
    public required DateTimeOffset StartTime { get; init; }

    /// <summary>Last instant played.</summary>
    public required DateTimeOffset EndTime { get; init; }

    /// <summary>Version of the nuclide data every activity was computed with.</summary>
    public required string NuclideDataVersion { get; init; }

    /// <summary>Each order and what became of it.</summary>
    public required IReadOnlyList<OrderLine> Orders { get; init; }

    /// <summary>Receipts that were refused and where they went instead.</summary>
    public required IReadOnlyList<RefusedReceipt> RefusedReceipts { get; init; }

    /// <summary>Carrier refusals.</summary>
    public required IReadOnlyList<CarrierRefusal> CarrierRefusals { get; init; }

    /// <summary>Highest possession against each licence line.</summary>
    public required IReadOnlyList<PossessionPeak> PossessionPeaks { get; init; }

    /// <summary>Waste by container.</summary>
    public required IReadOnlyList<WasteLine> Waste { get; init; }

    /// <summary>What had to hold, and whether it did.</summary>
    public required IReadOnlyList<Invariant> Invariants { get; init; }

    /// <summary>True when everything that had to hold did.</summary>
    public bool Passed => Invariants.All(i => i.Holds);
}

/// <summary>One order of the day.</summary>
/// <param name="Order">Reference in the files.</param>
/// <param name="Product">Product code.</param>
/// <param name="Customer">Customer code.</param>
/// <param name="Outcome">For example <c>INVOICED</c>, <c>LOST (REJECTED)</c> or <c>REFUSED</c>.</param>
/// <param name="WantedBq">Activity wanted at administration; null when the order was refused.</param>
/// <param name="GivenBq">Activity of the delivered dose at the planned administration; null when none was delivered.</param>
/// <param name="AdministrationTime">Planned administration; null when the order was refused.</param>
/// <param name="WithinTolerance">Whether given lies within the product's tolerance of wanted; null when none was delivered.</param>
/// <param name="Refusals">Reasons of a refusal.</param>
public sealed record OrderLine(
    string Order, string Product, string Customer, string Outcome, double? WantedBq, double? GivenBq, DateTimeOffset? AdministrationTime, bool? WithinTolerance, IReadOnlyList<Reason> Refusals);

/// <summary>A reason with its numbers.</summary>
/// <param name="Code">Stable code.</param>
/// <param name="Message">Sentence.</param>
/// <param name="Numbers">Numbers of the sentence, and the nearest alternative where one exists.</param>
public sealed record Reason(string Code, string Message, IReadOnlyDictionary<string, string> Numbers);

/// <summary>A receipt that a gate stopped.</summary>
/// <param name="Lot">Lot in the files.</param>
/// <param name="Room">Room it was meant for.</param>
/// <param name="Instead">Room it went to.</param>
/// <param name="Refusals">Why.</param>
public sealed record RefusedReceipt(string Lot, string Room, string Instead, IReadOnlyList<Reason> Refusals);

/// <summary>A package that the carrier gave back.</summary>
/// <param name="Package">Package number.</param>
/// <param name="Reason">What the carrier said.</param>
public sealed record CarrierRefusal(string Package, string Reason);

/// <summary>Highest possession of a nuclide at a site over the day.</summary>
/// <param name="Site">Site.</param>
/// <param name="Nuclide">Nuclide.</param>
/// <param name="PeakBq">Highest total at any change.</param>
/// <param name="PeakTime">When.</param>
/// <param name="LimitBq">Limit of the licence; null when it has no line of its own.</param>
public sealed record PossessionPeak(string Site, string Nuclide, double PeakBq, DateTimeOffset PeakTime, double? LimitBq);

/// <summary>A waste container at the end of the day.</summary>
/// <param name="Site">Site.</param>
/// <param name="Container">Container code.</param>
/// <param name="Items">How many items are in it.</param>
/// <param name="ActivityBqByNuclide">Activity at the end of the day by nuclide.</param>
/// <param name="EligibleTime">When it may be surveyed for release; null when its clock does not run or never ends.</param>
public sealed record WasteLine(string Site, string Container, int Items, IReadOnlyDictionary<string, double> ActivityBqByNuclide, DateTimeOffset? EligibleTime);

/// <summary>Something that had to hold.</summary>
/// <param name="Name">Sentence.</param>
/// <param name="Holds">Whether it did.</param>
/// <param name="Detail">How much was checked, or what was wrong.</param>
public sealed record Invariant(string Name, bool Holds, string Detail);
