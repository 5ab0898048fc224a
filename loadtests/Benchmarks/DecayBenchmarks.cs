using BenchmarkDotNet.Attributes;
using Doseline.Kernel.Decay;

namespace Doseline.Benchmarks;

/// <summary>Decay of one nuclide, as the possession ledger asks for it once per lot and instant.</summary>
[MemoryDiagnoser]
public class DecayBenchmarks
{
    const int Lots = 1000;

    static readonly DateTimeOffset Reference = new(2026, 10, 13, 12, 0, 0, TimeSpan.Zero);
    static readonly Nuclide Lutetium = NuclideData.Current.Find("Lu-177")!;

    readonly CalibratedActivity dose = CalibratedActivity.Create("Lu-177", 7.4e9, Reference, NuclideData.Current, "dose").OrThrow();
    readonly CalibratedActivity[] inventory = [.. NuclideData.Current.All.Where(nuclide => nuclide.HalfLifeSeconds is > 1000 and < 1e12)
        .SelectMany(nuclide => Enumerable.Range(0, Lots), (nuclide, lot) => (nuclide, lot)).Take(Lots)
        .Select(pair => CalibratedActivity.Create(pair.nuclide.Symbol, 1e9 + pair.lot, Reference.AddMinutes(pair.lot), NuclideData.Current, "lot").OrThrow())];
    TimeSpan elapsed = TimeSpan.FromHours(48);
    DateTimeOffset instant = Reference.AddHours(31);

    /// <summary>One activity over one span.</summary>
    [Benchmark]
    public Activity After() => new Activity(7.4e9).After(elapsed, Lutetium);

    /// <summary>One dose at one instant.</summary>
    [Benchmark]
    public Activity At() => dose.At(instant);

    /// <summary>The total of a thousand lots at one instant; the time is per lot.</summary>
    [Benchmark(OperationsPerInvoke = Lots)]
    public Activity InventoryAt()
    {
        var total = Activity.Zero;
        foreach (var lot in inventory) total += lot.At(instant);
        return total;
    }
}
