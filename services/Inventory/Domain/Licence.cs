using Doseline.Kernel.Decay;

namespace Doseline.Inventory.Domain;

/// <summary>One scope of a licence with one limit.</summary>
public sealed record LicenceLine
{
    /// <summary>Name of the line in the licence, for example <c>6.A</c>.</summary>
    public required string LineId { get; init; }

    /// <summary>Nuclide symbol, or <c>*</c> for any.</summary>
    public required string Nuclide { get; init; }

    /// <summary>True when progeny is authorised with the nuclide and counted by it alone.</summary>
    public bool IncludesProgeny { get; init; }

    /// <summary>Forms; empty for any.</summary>
    public IReadOnlyList<string> Forms { get; init; } = [];

    /// <summary>Uses; without one it authorises nothing.</summary>
    public IReadOnlyList<string> Uses { get; init; } = [];

    /// <summary>Rooms; empty for every room of the site.</summary>
    public IReadOnlyList<string> RoomIds { get; init; } = [];

    /// <summary>Most that may be possessed at any one time in becquerels, equality included.</summary>
    public required double LimitBq { get; init; }

    /// <summary>Lines of one group share a unity rule; empty for none.</summary>
    public string UnityGroup { get; init; } = "";

    /// <summary>True when activity of the nuclide counts on this line.</summary>
    public bool Counts(string nuclide) => Nuclide == Licence.Any || Nuclide == nuclide;

    /// <summary>True when the nuclide is authorised by this line, on its own or as progeny.</summary>
    public bool Authorises(string nuclide) => Counts(nuclide)
        || (IncludesProgeny && NuclideData.Current.Find(Nuclide) is not null && NuclideData.Current.ChainOf(Nuclide).IndexOf(nuclide) > 0);

    /// <summary>True when form, use and room are within the scope; in transit there is no room, and every room counts.</summary>
    public bool Covers(Place place) => CoversForm(place.Form) && CoversUse(place.Use) && CoversRoom(place.RoomId);

    /// <summary>True when the form is within the scope.</summary>
    public bool CoversForm(string form) => Forms is [] || Forms.Contains(form, StringComparer.Ordinal);

    /// <summary>True when the use is within the scope.</summary>
    public bool CoversUse(string use) => Uses.Contains(use, StringComparer.Ordinal);

    /// <summary>True when the room is within the scope.</summary>
    public bool CoversRoom(string room) => RoomIds is [] || room is "" || RoomIds.Contains(room, StringComparer.Ordinal);
}

/// <summary>An amendment of a licence of one site.</summary>
public sealed record Licence
{
    /// <summary>Stands for any nuclide.</summary>
    public const string Any = "*";

    /// <summary>Licence number as printed.</summary>
    public required string Number { get; init; }

    /// <summary>Amendment number; 0 for the first issue.</summary>
    public required int Amendment { get; init; }

    /// <summary>Who issued it.</summary>
    public required string Jurisdiction { get; init; }

    /// <summary>Instant from which it is in force.</summary>
    public required DateTimeOffset Effective { get; init; }

    /// <summary>Instant at which it ends.</summary>
    public required DateTimeOffset Expire { get; init; }

    /// <summary>Its lines.</summary>
    public required IReadOnlyList<LicenceLine> Lines { get; init; }

    /// <summary>Name of a limit of this licence, for refusals and headroom.</summary>
    public string LimitId(LicenceLine line) => $"licences/{Number}/lines/{line.LineId}";

    /// <summary>The amendments in force at an instant: of each number the highest that has taken effect, unless it has ended.</summary>
    public static IReadOnlyList<Licence> InForce(IEnumerable<Licence> all, DateTimeOffset instant) =>
    [
        .. all.Where(licence => licence.Effective <= instant)
            .GroupBy(licence => licence.Number, StringComparer.Ordinal)
            .Select(group => group.MaxBy(licence => licence.Amendment)!)
            .Where(licence => instant < licence.Expire)
            .OrderBy(licence => licence.Number, StringComparer.Ordinal),
    ];
}
