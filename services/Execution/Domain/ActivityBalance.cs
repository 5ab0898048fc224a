using Doseline.Kernel.Decay;

namespace Doseline.Execution.Domain;

/// <summary>
/// The balance of a batch for its product nuclide: received = dispensed + samples + waste + loss + unexplained, everything referred to one
/// instant, so that decay is in every term and needs none of its own (A109).
/// </summary>
/// <param name="Nuclide">What is balanced.</param>
/// <param name="DataVersion">Nuclide data used.</param>
/// <param name="At">Instant everything refers to: the first issue.</param>
/// <param name="Issued">Issued.</param>
/// <param name="Dispensed">Dispensed.</param>
/// <param name="Samples">Samples.</param>
/// <param name="Waste">Residue and remainder.</param>
/// <param name="Loss">Losses.</param>
/// <param name="Tolerance">Greatest unexplained part, as a fraction.</param>
public sealed record ActivityBalance(
    Nuclide Nuclide, string DataVersion, DateTimeOffset At, Activity Issued, Activity Dispensed, Activity Samples, Activity Waste, Activity Loss, double Tolerance)
{
    /// <summary>Issued and not found again; negative when more was found than issued.</summary>
    public Activity Unexplained => Issued - Dispensed - Samples - Waste - Loss;

    /// <summary><see cref="Unexplained"/> as a fraction of what was issued.</summary>
    public double UnexplainedFraction => Issued.Bq > 0 ? Unexplained / Issued : 0;

    /// <summary>True when the unexplained part is within the tolerance, to either side.</summary>
    public bool InTolerance => Math.Abs(UnexplainedFraction) <= Tolerance;

    /// <summary>Draws the balance; null while nothing radioactive was issued.</summary>
    /// <param name="movements">All movements of the batch.</param>
    /// <param name="tolerance">Greatest unexplained part, as a fraction.</param>
    public static ActivityBalance? Of(IReadOnlyList<Movement> movements, double tolerance)
    {
        var lines = movements.Where(m => m.Activity is not null).ToList();
        if (lines.FirstOrDefault(m => m.Kind is MovementKind.Issued)?.Activity is not { } first) return null;
        var at = lines.Where(m => m.Kind is MovementKind.Issued).Min(m => m.Activity!.Reference);
        Activity Sum(params MovementKind[] kinds) => new(lines.Where(m => kinds.Contains(m.Kind) && m.Activity!.Nuclide.Symbol == first.Nuclide.Symbol).Sum(m => m.Activity!.At(at).Bq));
        return new ActivityBalance(first.Nuclide, first.DataVersion, at, Sum(MovementKind.Issued), Sum(MovementKind.Dispensed), Sum(MovementKind.Sample),
            Sum(MovementKind.Residue, MovementKind.Remainder), Sum(MovementKind.Loss), tolerance);
    }

    /// <summary>An amount of the balance with its instant.</summary>
    public CalibratedActivity Line(Activity amount) =>
        CalibratedActivity.Create(Nuclide.Symbol, Math.Max(0, amount.Bq), At, NuclideData.ForVersion(DataVersion)!, "balance").OrThrow();
}
