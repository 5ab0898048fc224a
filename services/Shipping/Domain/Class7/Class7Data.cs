using System.Collections.Frozen;
using Doseline.Kernel.Decay;

namespace Doseline.Shipping.Domain.Class7;

/// <summary>
/// One version of the transport tables: limits, exception limits, default values, chains, reportable quantities and names.
/// Every value carries its source and how far it was checked; a correction makes a new version and never edits one in use.
/// </summary>
public sealed class Class7Data
{
    // The row of a table for everything that has none.
    const string Unlisted = "*";

    readonly FrozenDictionary<string, Class7Table.Row> limits, exceptions, defaults, chains, quantities, names;
    readonly FrozenDictionary<string, Emission> emissions;

    Class7Data(string version, params string[] tables)
    {
        Version = version;
        limits = By("id", tables[0]);
        exceptions = By("contents", tables[1]);
        defaults = By("emission", tables[2]);
        emissions = Class7Table.Read(tables[3]).Rows.ToFrozenDictionary(row => row["nuclide"], row => EmissionOf(row["emission"]), StringComparer.Ordinal);
        chains = By("parent", tables[4]);
        quantities = By("nuclide", tables[5]);
        names = By("id", tables[6]);
    }

    /// <summary>The version in force.</summary>
    public static Class7Data Current { get; } =
        new("us-49cfr-2", "limits-us-1", "table4-1", "defaults-1", "emission-1", "chains-1", "rq-2", "names-1");

    /// <summary>Name of the version, recorded with every classification.</summary>
    public string Version { get; }

    /// <summary>A limit by its id, in the unit its row names.</summary>
    /// <exception cref="KeyNotFoundException">The table has no such row.</exception>
    public double Limit(string id) => limits[id].Number("value");

    /// <summary>A limit whose row holds a whole number.</summary>
    public long Whole(string id) => (long)limits[id].Number("value");

    /// <summary>True when the limit was read in its source; false when it is only recalled.</summary>
    public bool IsVerified(string limitId) => limits[limitId].Verified;

    /// <summary>What a nuclide, or what follows it, emits; <see cref="Emission.Unknown"/> when the table is silent.</summary>
    public Emission EmissionOfNuclide(string nuclide) => emissions.GetValueOrDefault(nuclide, Emission.Unknown);

    /// <summary>Default transport values of a nuclide that the regulations do not list.</summary>
    public TransportValues DefaultsFor(Emission emission)
    {
        var row = defaults[NameOf(emission)];
        return new(row.Number("a1_tbq"), row.Number("a2_tbq"), row.Number("exempt_bq_per_g"), row.Number("exempt_bq"), IsDefault: true);
    }

    /// <summary>Daughters that are counted apart from a parent; empty when the parent stands for its chain.</summary>
    public IReadOnlyList<string> SeparateDaughters(string parent) =>
        chains.TryGetValue(parent, out var row) && row["treatment"] == "mixture" ? row["separate_daughters"].Split(' ') : [];

    /// <summary>True when master data decided how the chain of this parent is counted.</summary>
    public bool HasChainDecision(string parent) => chains.ContainsKey(parent);

    /// <summary>True unless it is known that neither the nuclide nor what follows it emits alpha radiation: by the table, else by the decay scheme.</summary>
    public bool MayEmitAlpha(string nuclide) => EmissionOfNuclide(nuclide) switch
    {
        Emission.Alpha => true,
        Emission.BetaGamma => false,
        _ => NuclideData.Current.Find(nuclide) is null || NuclideData.Current.MayEmitAlpha(nuclide),
    };

    /// <summary>
    /// Reportable quantity in becquerels, with whether it was verified. A nuclide without a row has the default of the table (49 CFR 172.101 Appendix A
    /// Table 2: 1 Ci), which is never none.
    /// </summary>
    public (double Bq, bool Verified, bool IsDefault) ReportableQuantity(string nuclide)
    {
        var row = quantities.GetValueOrDefault(nuclide) ?? quantities[Unlisted];
        return (Activity.From(row.Number("rq_ci"), ActivityUnit.Ci).Bq, row.Verified, row["nuclide"] is Unlisted);
    }

    /// <summary>The parts of A1 or A2 that an excepted package may hold.</summary>
    public ExceptionLimits ExceptionsFor(MaterialForm form)
    {
        var row = exceptions[form switch
        {
            { Phase: Phase.Solid, IsSpecialForm: true } => "solid_special_form",
            { Phase: Phase.Solid } => "solid",
            { Phase: Phase.Liquid } => "liquid",
            { Phase: Phase.Gas, IsSpecialForm: true } => "gas_special_form",
            { Phase: Phase.Gas } => "gas",
            _ => throw new ArgumentOutOfRangeException(nameof(form), form, "unknown form"),
        }];
        return new(row.Number("instrument_each"), row.Number("instrument_package"), row.Number("material_package"));
    }

    /// <summary>UN number and proper shipping name by the id of a row.</summary>
    public (string Number, string Name) ShippingName(string id) => (names[id]["un"], names[id]["name"]);

    static FrozenDictionary<string, Class7Table.Row> By(string key, string table) =>
        Class7Table.Read(table).Rows.ToFrozenDictionary(row => row[key], StringComparer.Ordinal);

    static Emission EmissionOf(string text) => text switch
    {
        "beta_gamma" => Emission.BetaGamma,
        "alpha" => Emission.Alpha,
        _ => throw new FormatException($"No such emission: {text}."),
    };

    static string NameOf(Emission emission) => emission switch
    {
        Emission.BetaGamma => "beta_gamma",
        Emission.Alpha => "alpha",
        _ => "unknown",
    };
}

/// <summary>What a nuclide emits, as far as transport rules ask.</summary>
public enum Emission
{
    /// <summary>The table is silent: the strictest values hold.</summary>
    Unknown,

    /// <summary>Only beta or gamma radiation.</summary>
    BetaGamma,

    /// <summary>Alpha radiation, by itself or what follows it at once.</summary>
    Alpha,
}

/// <summary>Transport values of a nuclide.</summary>
/// <param name="A1Tbq">A1 in TBq.</param>
/// <param name="A2Tbq">A2 in TBq.</param>
/// <param name="ExemptBqPerGram">Exempt concentration in Bq/g.</param>
/// <param name="ExemptBq">Exempt consignment in Bq.</param>
/// <param name="IsDefault">True when the regulations do not list the nuclide.</param>
public sealed record TransportValues(double A1Tbq, double A2Tbq, double ExemptBqPerGram, double ExemptBq, bool IsDefault);

/// <summary>Parts of A1 or A2 allowed in excepted packages (49 CFR 173.425 Table 4).</summary>
/// <param name="InstrumentEach">One instrument or article.</param>
/// <param name="InstrumentPackage">All instruments of a package.</param>
/// <param name="MaterialPackage">Material of a package.</param>
public sealed record ExceptionLimits(double InstrumentEach, double InstrumentPackage, double MaterialPackage);
