using BenchmarkDotNet.Attributes;
using Doseline.Kernel.Decay;

namespace Doseline.Benchmarks;

/// <summary>Whole chains, stable end member included, from a pure parent.</summary>
[MemoryDiagnoser]
public class ChainBenchmarks
{
    DecayChain chain = null!;
    double[] atoms = null!;

    /// <summary>Parent: eight members below Ac-225 and Ra-223 each, one below Lu-177.</summary>
    [Params("Ra-223", "Ac-225", "Lu-177")]
    public string Parent { get; set; } = "";

    /// <summary>Seconds since the parent was pure: a minute, and ten days.</summary>
    [Params(60, 864000)]
    public int Seconds { get; set; }

    /// <summary>Prepares the chain once, as the platform does.</summary>
    [GlobalSetup]
    public void Prepare()
    {
        chain = NuclideData.Current.ChainOf(Parent);
        atoms = new double[chain.Members.Count + 1];
    }

    /// <summary>Numbers of atoms only, in place.</summary>
    [Benchmark]
    public double Propagate()
    {
        Array.Clear(atoms);
        atoms[0] = 1e15;
        chain.Propagate(atoms, Seconds);
        return atoms[1];
    }

    /// <summary>With checked input and a state that answers for every member.</summary>
    [Benchmark]
    public ChainState Evaluate() => chain.Evaluate(new Activity(1e9), TimeSpan.FromSeconds(Seconds)).OrThrow();
}
