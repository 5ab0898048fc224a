namespace Doseline.Kernel.Decay;

public sealed partial class DecayChain
{
    // Bisection halves an interval of at most one doubling; 60 halvings leave less than the last bit of a double.
    const int HalvingsMax = 60;
    const int DoublingsMax = 200;

    /// <summary>Activity of a member over that of the pure parent (the first member) long after the start.</summary>
    /// <returns>
    /// The ratio of transient or secular equilibrium; null when there is none, because the member is stable, or it or something
    /// between lives as long as the parent or longer (At-211 → Bi-207).
    /// </returns>
    /// <exception cref="ArgumentException">It is not a member.</exception>
    public double? EquilibriumRatio(string symbol)
    {
        var place = Place(symbol);
        var parent = Members[0].LambdaPerSecond;
        Span<double> ratio = stackalloc double[propagator.Size];
        ratio.Clear();
        ratio[0] = 1;
        for (var to = 1; to <= place; to++)
        {
            var fed = 0.0;
            foreach (var edge in propagator.Edges)
            {
                // The feed of a parent in units of its own activity is the branching fraction.
                if (edge.To == to) fed += ratio[edge.From] * edge.RatePerSecond / Members[edge.From].LambdaPerSecond;
            }

            var lambda = Members[to].LambdaPerSecond;
            ratio[to] = fed > 0 && !(lambda > parent) ? double.NaN : fed * lambda / (lambda - parent);
        }

        return double.IsFinite(ratio[place]) ? ratio[place] : null;
    }

    /// <summary>Time at which a member reaches a share of its equilibrium with the parent, starting from the pure parent.</summary>
    /// <param name="symbol">A member.</param>
    /// <param name="share">Share of <see cref="EquilibriumRatio"/>, above 0 and below 1, for example 0.99.</param>
    /// <returns>Seconds since the parent was pure; null when there is no equilibrium.</returns>
    /// <exception cref="ArgumentException">It is not a member.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The share is not between 0 and 1.</exception>
    public double? SecondsToEquilibrium(string symbol, double share)
    {
        if (!(share > 0 && share < 1)) throw new ArgumentOutOfRangeException(nameof(share), share, "Above 0 and below 1.");
        var place = Place(symbol);
        if (place == 0) return 0;
        if (EquilibriumRatio(symbol) is not { } ratio) return null;
        var wanted = share * ratio * Members[0].LambdaPerSecond / Members[place].LambdaPerSecond;
        return Crossing(place, atoms => atoms[place] - wanted * atoms[0], rising: true);
    }

    /// <summary>Time at which the activity of a member is highest, starting from the pure parent.</summary>
    /// <returns>Seconds since the parent was pure; 0 for the parent itself; null for a stable member, which only grows.</returns>
    /// <exception cref="ArgumentException">It is not a member.</exception>
    public double? SecondsToMaximum(string symbol)
    {
        var place = Place(symbol);
        if (place == 0) return 0;
        var own = Members[place].LambdaPerSecond;
        if (own == 0) return null;
        ChainEdge[] feeds = [.. propagator.Edges.ToArray().Where(edge => edge.To == place)];
        if (feeds is [{ From: 0 }])
        {
            // ln(λ₂/λ₁)/(λ₂−λ₁), which is 1/λ when the two coincide.
            var excess = (own - Members[0].LambdaPerSecond) / Members[0].LambdaPerSecond;
            return (Math.Abs(excess) < 1e-9 ? 1 - excess / 2 : Math.Log(1 + excess) / excess) / Members[0].LambdaPerSecond;
        }

        return Crossing(place, atoms => feeds.Sum(feed => feed.RatePerSecond * atoms[feed.From]) - own * atoms[place], rising: false);
    }

    // Seconds at which a function of the atoms that grew from one atom of the parent changes sign.
    double? Crossing(int place, Func<double[], double> sign, bool rising)
    {
        var shortest = Members.Take(place + 1).Where(member => !member.IsStable).Min(member => member.HalfLifeSeconds);
        var atoms = new double[propagator.Size];
        var late = Math.ScaleB(shortest, -10);
        for (var doubling = 0; !Crossed(late); doubling++)
        {
            if (doubling == DoublingsMax) return null;
            late *= 2;
        }

        var early = late / 2;
        for (var halving = 0; halving < HalvingsMax; halving++)
        {
            var middle = early + (late - early) / 2;
            if (Crossed(middle)) late = middle;
            else early = middle;
        }

        return late;

        bool Crossed(double seconds)
        {
            Array.Clear(atoms);
            atoms[0] = 1;
            propagator.Propagate(atoms, seconds);
            return rising ? sign(atoms) >= 0 : sign(atoms) < 0;
        }
    }

    int Place(string symbol) => IndexOf(symbol) is >= 0 and var place
        ? place
        : throw new ArgumentException($"{symbol} is not a member of the chain.", nameof(symbol));
}
