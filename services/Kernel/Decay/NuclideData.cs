using System.Collections.Concurrent;
using System.Collections.Frozen;

namespace Doseline.Kernel.Decay;

/// <summary>
/// One version of the nuclide data. A version is never changed once used: corrections make a new one, a site chooses the
/// version in force, and every stored activity names the version it was computed with.
/// </summary>
public sealed partial class NuclideData
{
    readonly FrozenDictionary<string, Nuclide> nuclides;
    readonly ConcurrentDictionary<string, DecayChain> chains = new(StringComparer.Ordinal);

    static readonly FrozenDictionary<string, NuclideData> Embedded = NuclideTable.ReadEmbedded()
        .ToFrozenDictionary(data => data.Version, StringComparer.Ordinal);

    internal NuclideData(string version, IEnumerable<Nuclide> all, IEnumerable<string> notFollowed)
    {
        Version = version;
        All = [.. all];
        nuclides = All.ToFrozenDictionary(nuclide => nuclide.Symbol, StringComparer.Ordinal);
        NotFollowed = notFollowed.ToFrozenSet(StringComparer.Ordinal);
    }

    /// <summary>Name of the version, for example <c>nubase2020-1</c>.</summary>
    public string Version { get; }

    /// <summary>Every nuclide of the version, stable end members included, in the order of the data set.</summary>
    public IReadOnlyList<Nuclide> All { get; }

    /// <summary>
    /// Radioactive daughters the data set names but has no values for (Rn-222, Th-226 and others): chains end there, and say so.
    /// </summary>
    public IReadOnlySet<string> NotFollowed { get; }

    /// <summary>The version that is used where a site has not chosen one.</summary>
    public static NuclideData Current { get; } = Embedded["nubase2020-1"];

    /// <summary>Every version in the assembly, oldest first.</summary>
    public static IReadOnlyList<string> Versions { get; } = [.. Embedded.Keys.Order(StringComparer.Ordinal)];

    /// <summary>The version of that name; null when unknown.</summary>
    public static NuclideData? ForVersion(string? version) => version is null ? null : Embedded.GetValueOrDefault(version);

    /// <summary>The nuclide of that symbol, case for case; null when unknown.</summary>
    public Nuclide? Find(string? symbol) => symbol is null ? null : nuclides.GetValueOrDefault(symbol);

    /// <summary>The nuclide and everything it decays into, prepared once and kept.</summary>
    /// <exception cref="ArgumentException">The nuclide is unknown.</exception>
    public DecayChain ChainOf(string symbol) => chains.GetOrAdd(symbol, static (key, data) => DecayChain.Of(data, key), this);

    /// <summary>
    /// The same data with other half-lives, to reproduce a calculation such as the table on a product label. Not for what is stored:
    /// only versions in the assembly can be read back.
    /// </summary>
    /// <exception cref="ArgumentException">A nuclide is unknown or stable.</exception>
    public NuclideData WithHalfLives(string version, IReadOnlyDictionary<string, HalfLife> halfLives)
    {
        if (halfLives.Keys.FirstOrDefault(symbol => Find(symbol) is not { IsStable: false }) is { } unknown)
            throw new ArgumentException($"{unknown} is not a radioactive nuclide of {Version}.", nameof(halfLives));
        return new NuclideData(version,
            All.Select(nuclide => halfLives.TryGetValue(nuclide.Symbol, out var other) ? nuclide with { HalfLife = other } : nuclide),
            NotFollowed);
    }
}
