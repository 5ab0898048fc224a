using Doseline.Kernel.Decay;

namespace Doseline.Waste.Domain;

/// <summary>What is in an item or container, at any instant from the time it was put together.</summary>
/// <param name="Lines">Activities, each pure at its reference instant: progeny that was there stands on a line of its own.</param>
public sealed record Contents(IReadOnlyList<CalibratedActivity> Lines)
{
    /// <summary>Activities at an instant in becquerels, progeny included; before a line's reference instant only the line itself.</summary>
    public IReadOnlyDictionary<string, double> At(DateTimeOffset instant)
    {
        Dictionary<string, double> sums = new(StringComparer.Ordinal);
        foreach (var line in Lines)
        {
            if (instant <= line.Reference)
            {
                Add(line.Nuclide.Symbol, line.At(instant).Bq);
                continue;
            }

            var state = ChainOf(line).Evaluate(line.Amount, instant - line.Reference).OrThrow();
            foreach (var (nuclide, activity) in state.Activities.Where(member => !member.Nuclide.IsStable)) Add(nuclide.Symbol, activity.Bq);
        }

        return sums;

        void Add(string nuclide, double bq) => sums[nuclide] = sums.GetValueOrDefault(nuclide) + bq;
    }

    /// <summary>Sum of all activities at an instant, in becquerels.</summary>
    public double TotalAt(DateTimeOffset instant) => At(instant).Values.Order().Sum();

    /// <summary>Every radioactive nuclide that is in it or grows in it, with its highest activity from an instant on, in becquerels.</summary>
    public IEnumerable<(Nuclide Nuclide, double PeakBq)> Peaks(DateTimeOffset from)
    {
        // The last ones to peak are daughters that outlive all parents: between now and many half-lives of the slowest parent.
        var nuclides = Lines.SelectMany(line => ChainOf(line).Members).Where(member => !member.IsStable).DistinctBy(member => member.Symbol, StringComparer.Ordinal).ToList();
        var samples = Instants(from).Select(At).ToList();
        return nuclides.Select(nuclide => (nuclide, samples.Max(sample => sample.GetValueOrDefault(nuclide.Symbol))));
    }

    static DecayChain ChainOf(CalibratedActivity line) => NuclideData.ForVersion(line.DataVersion)!.ChainOf(line.Nuclide.Symbol);

    // A tenth of an hour to some 700 years in steps of a quarter more.
    static IEnumerable<DateTimeOffset> Instants(DateTimeOffset from)
    {
        yield return from;
        for (var hours = 0.1; hours < 6e6 && from.AddHours(hours).Year < 2700; hours *= 1.25) yield return from.AddHours(hours);
    }
}
