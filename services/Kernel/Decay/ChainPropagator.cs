using System.Buffers;

namespace Doseline.Kernel.Decay;

/// <summary>
/// Solves dN/dt = ΛN for a triangular, non-negative feeding matrix. The textbook sum of exponentials (Bateman) subtracts large
/// equal numbers when times are short or half-lives close. Here nothing is ever subtracted: exp(Λh) for a small step h is a sum
/// of positive terms, and doubling the step, E(2h) = E(h)·E(h), is too. The diagonal is taken afresh from exp at each doubling,
/// so that rounding errors add up (a few units in the last place per doubling) instead of doubling each time.
/// </summary>
sealed class ChainPropagator
{
    // With a step of at most 1/16 of the shortest mean life, the k-th further Taylor term is below (1/16)^k / k! of the first:
    // 4e-17 at k = 9.
    const double StepMax = 1.0 / 16;
    const int TermsBeyondPath = 9;

    // exp of less is 0 in double precision.
    const double ExponentMax = 746;
    const int StackMax = 16;

    readonly double[] lambda;
    readonly ChainEdge[] edges;
    readonly double lambdaMax;

    public ChainPropagator(double[] lambda, ChainEdge[] edges)
    {
        this.lambda = lambda;
        this.edges = [.. edges.OrderByDescending(edge => edge.To)];
        lambdaMax = lambda.Max();
    }

    /// <summary>Members and the one place for what left the chain.</summary>
    public int Size => lambda.Length;

    /// <summary>Ways from member to member, the last daughter first.</summary>
    public ReadOnlySpan<ChainEdge> Edges => edges;

    /// <summary>Moves atoms forward in place.</summary>
    public void Propagate(Span<double> atoms, double elapsedSeconds)
    {
        if (atoms.Length != Size) throw new ArgumentException($"{Size} numbers of atoms are needed.", nameof(atoms));
        if (!(elapsedSeconds >= 0) || double.IsInfinity(elapsedSeconds))
            throw new ArgumentOutOfRangeException(nameof(elapsedSeconds), elapsedSeconds, "Finite and not negative.");
        if (elapsedSeconds == 0) return;

        var length = 2 * Size * Size;
        if (Size <= StackMax)
        {
            Span<double> work = stackalloc double[2 * StackMax * StackMax];
            Propagate(atoms, elapsedSeconds, work[..(length / 2)], work[(length / 2)..length]);
            return;
        }

        var rented = ArrayPool<double>.Shared.Rent(length);
        Propagate(atoms, elapsedSeconds, rented.AsSpan(0, length / 2), rented.AsSpan(length / 2, length / 2));
        ArrayPool<double>.Shared.Return(rented);
    }

    void Propagate(Span<double> atoms, double elapsed, Span<double> matrix, Span<double> term)
    {
        var doublings = Math.Max(0, Math.ILogB(lambdaMax * elapsed / StepMax) + 1);
        var step = Math.ScaleB(elapsed, -doublings);
        FirstStep(step, matrix, term);
        for (var doubling = 1; doubling <= doublings; doubling++) Double(matrix, Math.ScaleB(elapsed, doubling - doublings));
        Apply(matrix, atoms);
    }

    // exp(Λh) = e^(−λmax·h) · exp((Λ + λmax)h), whose series has only positive terms. Column by column: matrix[to, from].
    void FirstStep(double step, Span<double> matrix, Span<double> term)
    {
        var size = Size;
        matrix.Clear();
        term.Clear();
        for (var place = 0; place < size; place++) term[place * size + place] = 1;
        for (var order = 1; order < size + TermsBeyondPath; order++)
        {
            var scale = step / order;
            // From the last member up, because a row needs only the old rows of its parents.
            var edge = 0;
            for (var to = size - 1; to >= 0; to--)
            {
                var row = term.Slice(to * size, to + 1);
                var own = (lambdaMax - lambda[to]) * scale;
                for (var from = 0; from < row.Length; from++) row[from] *= own;
                for (; edge < edges.Length && edges[edge].To == to; edge++)
                {
                    var parent = edges[edge].From;
                    var rate = edges[edge].RatePerSecond * scale;
                    var source = term.Slice(parent * size, parent + 1);
                    for (var from = 0; from < source.Length; from++) row[from] += rate * source[from];
                }

                var sum = matrix.Slice(to * size, to);
                for (var from = 0; from < sum.Length; from++) sum[from] += row[from];
            }
        }

        var shift = Math.Exp(-lambdaMax * step);
        for (var to = 0; to < size; to++)
        {
            foreach (ref var element in matrix.Slice(to * size, to)) element *= shift;
            matrix[to * size + to] = Survival(to, step);
        }
    }

    // In place: the elements farthest from the diagonal first, because each needs only the old ones nearer to it.
    void Double(Span<double> matrix, double time)
    {
        var size = Size;
        for (var distance = size - 1; distance > 0; distance--)
        {
            for (var to = distance; to < size; to++)
            {
                var from = to - distance;
                var sum = matrix[to * size + from] * (matrix[to * size + to] + matrix[from * size + from]);
                for (var between = from + 1; between < to; between++) sum += matrix[to * size + between] * matrix[between * size + from];
                matrix[to * size + from] = sum;
            }
        }

        for (var place = 0; place < size; place++) matrix[place * size + place] = Survival(place, time);
    }

    void Apply(ReadOnlySpan<double> matrix, Span<double> atoms)
    {
        for (var to = Size - 1; to >= 0; to--)
        {
            var sum = 0.0;
            for (var from = 0; from <= to; from++) sum += matrix[to * Size + from] * atoms[from];
            atoms[to] = sum;
        }
    }

    double Survival(int place, double time) => lambda[place] * time is var exponent && exponent < ExponentMax ? Math.Exp(-exponent) : 0;
}
