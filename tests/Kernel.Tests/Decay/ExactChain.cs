namespace Doseline.Kernel.Tests.Decay;

/// <summary>
/// The textbook way: every path from a member to a member, Bateman's sum of exponentials along it, in exact numbers. Decay
/// constants that coincide are moved apart by parts in 10⁹⁰, far below what is compared.
/// </summary>
static class ExactChain
{
    /// <summary>Atoms of every place from one atom of <paramref name="start"/>.</summary>
    public static double[] Propagate(double[] lambda, (int From, int To, double Rate)[] edges, int start, double seconds) =>
    [
        .. Propagate([.. lambda.Select(Exact.Of)], [.. edges.Select(edge => (edge.From, edge.To, Exact.Of(edge.Rate)))], start, Exact.Of(seconds))
            .Select(atoms => atoms.ToDouble()),
    ];

    /// <inheritdoc cref="Propagate(double[], ValueTuple{int, int, double}[], int, double)"/>
    public static Exact[] Propagate(Exact[] lambda, (int From, int To, Exact Rate)[] edges, int start, Exact seconds)
    {
        var apart = new Exact(Exact.One.Scaled >> 300);
        Exact[] moved = [.. lambda.Select((value, place) => value + value * apart * Exact.Of((decimal)place))];
        var survival = moved.Select(value => Exact.Exp(-(value * seconds))).ToArray();
        var atoms = new Exact[lambda.Length];
        Walk([start], Exact.One);
        return atoms;

        void Walk(List<int> path, Exact feed)
        {
            atoms[path[^1]] += feed * Bateman(path, moved, survival);
            foreach (var edge in edges.Where(edge => edge.From == path[^1])) Walk([.. path, edge.To], feed * edge.Rate);
        }
    }

    static Exact Bateman(List<int> path, Exact[] lambda, Exact[] survival)
    {
        var sum = default(Exact);
        foreach (var i in path)
        {
            var product = path.Where(j => j != i).Aggregate(Exact.One, (product, j) => product * (lambda[j] - lambda[i]));
            sum += survival[i] / product;
        }

        return sum;
    }
}
