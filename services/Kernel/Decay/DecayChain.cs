using Doseline.Kernel.Rules;

namespace Doseline.Kernel.Decay;

/// <summary>
/// One or more nuclides and everything they decay into, prepared once. Decay is evaluated without cancellation at every time
/// scale: see <see cref="ChainPropagator"/>. Thread-safe.
/// </summary>
public sealed partial class DecayChain
{
    // Fractions are stated to at most eight digits: less than this is a rounding of their sum, not a way to decay.
    const double FractionMin = 1e-12;


    readonly Dictionary<string, int> index;
    readonly ChainPropagator propagator;

    DecayChain(NuclideData data, Nuclide[] members, string[] ends)
    {
        Members = members;
        NotFollowed = ends;
        DataVersion = data.Version;
        index = members.Select((member, place) => (member.Symbol, place)).ToDictionary(pair => pair.Symbol, pair => pair.place, StringComparer.Ordinal);
        List<ChainEdge> edges = [];
        for (var from = 0; from < members.Length; from++)
        {
            var followed = 0.0;
            foreach (var branch in members[from].Branches)
            {
                if (!index.TryGetValue(branch.Daughter, out var to)) continue;
                followed += branch.Fraction;
                edges.Add(new ChainEdge(from, to, branch.Fraction * members[from].LambdaPerSecond));
            }

            // What leaves the data set is counted in one more place behind the members, so that atoms stay conserved.
            if (!members[from].IsStable && 1 - followed > FractionMin)
                edges.Add(new ChainEdge(from, members.Length, (1 - followed) * members[from].LambdaPerSecond));
        }

        propagator = new ChainPropagator([.. members.Select(member => member.LambdaPerSecond), 0], [.. edges]);
    }

    /// <summary>Every member, parents before daughters, stable end members included.</summary>
    public IReadOnlyList<Nuclide> Members { get; }

    /// <summary>Radioactive daughters that the data set does not describe: decay into them leaves the chain. Empty when complete.</summary>
    public IReadOnlyList<string> NotFollowed { get; }

    /// <summary>Version of the nuclide data.</summary>
    public string DataVersion { get; }

    /// <summary>The chain below the given nuclides; prefer <see cref="NuclideData.ChainOf"/> for one parent, which keeps it.</summary>
    /// <exception cref="ArgumentException">A nuclide is unknown, or decay runs in a circle.</exception>
    public static DecayChain Of(NuclideData data, params IEnumerable<string> symbols)
    {
        List<Nuclide> finished = [];
        SortedSet<string> ends = new(StringComparer.Ordinal);
        HashSet<string> open = new(StringComparer.Ordinal), done = new(StringComparer.Ordinal);
        foreach (var symbol in symbols.Order(StringComparer.Ordinal)) Visit(symbol);
        finished.Reverse();
        return new DecayChain(data, [.. finished], [.. ends]);

        void Visit(string symbol)
        {
            if (done.Contains(symbol)) return;
            if (data.NotFollowed.Contains(symbol) && open.Count > 0)
            {
                ends.Add(symbol);
                return;
            }

            var nuclide = data.Find(symbol) ?? throw new ArgumentException($"{symbol} is not in nuclide data {data.Version}.", nameof(symbols));
            if (!open.Add(symbol)) throw new ArgumentException($"{symbol} decays into itself.", nameof(symbols));
            foreach (var branch in nuclide.Branches) Visit(branch.Daughter);
            open.Remove(symbol);
            done.Add(symbol);
            finished.Add(nuclide);
        }
    }

    /// <summary>Place of a nuclide in <see cref="Members"/>; −1 when it is not a member.</summary>
    public int IndexOf(string symbol) => index.GetValueOrDefault(symbol, -1);

    /// <summary>What a pure parent, the first member, has become after <paramref name="elapsed"/>.</summary>
    /// <param name="parent">Activity of the parent at the start; finite and not negative.</param>
    /// <param name="elapsed">Time since no daughter was there; not negative.</param>
    public Decision<ChainState> Evaluate(Activity parent, TimeSpan elapsed) =>
        Evaluate(new Dictionary<string, Activity>(StringComparer.Ordinal) { [Members[0].Symbol] = parent }, elapsed);

    /// <summary>What a mixture has become after <paramref name="elapsed"/>.</summary>
    /// <param name="initial">Activity of each radioactive member present at the start, by symbol.</param>
    /// <param name="elapsed">Time since then; a chain has no unique past, so a negative span is refused.</param>
    public Decision<ChainState> Evaluate(IReadOnlyDictionary<string, Activity> initial, TimeSpan elapsed)
    {
        List<Refusal> refusals = [];
        var atoms = new double[propagator.Size];
        foreach (var (symbol, activity) in initial)
        {
            var place = IndexOf(symbol);
            if (place < 0 || Members[place].IsStable)
            {
                refusals.Add(Refusal.Invalid("initial", "NUCLIDE_NOT_IN_CHAIN", $"{symbol} is not a radioactive member of the chain of {Members[0].Symbol}.").With("nuclide", symbol));
            }
            else if (!double.IsFinite(activity.Bq) || activity.Bq < 0)
            {
                refusals.Add(Refusal.Invalid("initial", "ACTIVITY_NOT_VALID", $"The activity of {symbol} must be finite and not negative.").With("nuclide", symbol).With("activity_bq", activity.Bq));
            }
            else
            {
                atoms[place] = activity.Bq / Members[place].LambdaPerSecond;
            }
        }

        if (elapsed < TimeSpan.Zero) refusals.Add(BackDecay(elapsed));
        if (refusals is not []) return refusals;
        propagator.Propagate(atoms, elapsed.Ticks / (double)TimeSpan.TicksPerSecond);
        return new ChainState(this, atoms);
    }

    /// <summary>The hot path: moves numbers of atoms, in the order of <see cref="Members"/> plus one place for what left the chain, forward in place.</summary>
    /// <param name="atoms">Atoms of each member; one longer than <see cref="Members"/>.</param>
    /// <param name="elapsedSeconds">Finite and not negative.</param>
    /// <exception cref="ArgumentException">The span has another length.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The time is negative or not finite.</exception>
    public void Propagate(Span<double> atoms, double elapsedSeconds) => propagator.Propagate(atoms, elapsedSeconds);

    static Refusal BackDecay(TimeSpan elapsed) =>
        Refusal.Invalid("elapsed", "CHAIN_BACK_DECAY", "A chain cannot be looked back: many pasts lead to the same present. Give the instant at which the parent was pure.")
            .With("elapsed_seconds", elapsed.TotalSeconds);
}
