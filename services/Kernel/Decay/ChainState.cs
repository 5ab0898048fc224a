namespace Doseline.Kernel.Decay;

/// <summary>The members of a chain at one moment.</summary>
public sealed class ChainState
{
    readonly DecayChain chain;
    readonly double[] atoms;

    internal ChainState(DecayChain chain, double[] atoms) => (this.chain, this.atoms) = (chain, atoms);

    /// <summary>Activity of a member; 0 for a stable one.</summary>
    /// <exception cref="ArgumentException">It is not a member.</exception>
    public Activity this[string symbol] => new(AtomsOf(symbol) * chain.Members[chain.IndexOf(symbol)].LambdaPerSecond);

    /// <summary>Members with their activities, parents before daughters.</summary>
    public IEnumerable<(Nuclide Nuclide, Activity Activity)> Activities =>
        chain.Members.Select((member, place) => (member, new Activity(atoms[place] * member.LambdaPerSecond)));

    /// <summary>Sum of the activities of all members.</summary>
    public Activity Total => new(Activities.Sum(member => member.Activity.Bq));

    /// <summary>Atoms that decayed into what the data set does not describe.</summary>
    public double AtomsOutside => atoms[^1];

    /// <summary>All atoms, those outside included: the same at every moment.</summary>
    public double TotalAtoms => atoms.Sum();

    /// <summary>Number of atoms of a member, stable ones included.</summary>
    /// <exception cref="ArgumentException">It is not a member.</exception>
    public double AtomsOf(string symbol) => chain.IndexOf(symbol) is >= 0 and var place
        ? atoms[place]
        : throw new ArgumentException($"{symbol} is not a member of the chain.", nameof(symbol));

    /// <summary>What this state becomes after a further span.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The span is negative.</exception>
    public ChainState After(TimeSpan elapsed)
    {
        double[] later = [.. atoms];
        chain.Propagate(later, elapsed.Ticks / (double)TimeSpan.TicksPerSecond);
        return new ChainState(chain, later);
    }
}
