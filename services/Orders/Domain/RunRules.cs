using Doseline.Kernel.Rules;

namespace Doseline.Orders.Domain;

/// <summary>How a question and the schedule fit: to preview a promise and to say what binds. Only the scheduler reserves.</summary>
public static class RunRules
{
    /// <summary>The run a dose would come from: of those that fit, the one that ends last, because it needs the least activity.</summary>
    /// <returns>Null when none fits.</returns>
    public static PlannedRun? Best(Departure departure, PromiseQuestion question, IEnumerable<PlannedRun> runs) => runs
        .Where(run => run.SiteId == departure.Service.SiteId && Bind(run, departure, question) is [])
        .OrderByDescending(run => run.EndOfSynthesis).ThenBy(run => run.Id, StringComparer.Ordinal).FirstOrDefault();

    /// <summary>Everything that keeps the departures from being met, a reason for each code, nearest run first.</summary>
    public static List<Refusal> Explain(IReadOnlyList<Departure> departures, PromiseQuestion question, IReadOnlyList<PlannedRun> runs)
    {
        List<Refusal> reasons = [];
        foreach (var departure in departures)
        {
            foreach (var run in runs.Where(r => r.SiteId == departure.Service.SiteId).OrderBy(r => (r.Release - departure.ReleaseBy).Duration()))
                reasons.AddRange(Bind(run, departure, question));
        }

        if (reasons is [])
        {
            reasons.Add(Refusal.State($"products/{question.Product.Code}", "NO_RUN_PLANNED", $"No run of {question.Product.Code} is planned that ends in time for this appointment.")
                .With("release_by_time", departures.Max(d => (DateTimeOffset?)d.ReleaseBy)).With("not_before_time", departures.Min(d => (DateTimeOffset?)d.NotBefore)));
        }

        return [.. reasons.DistinctBy(r => r.Code, StringComparer.Ordinal)];
    }

    static List<Refusal> Bind(PlannedRun run, Departure departure, PromiseQuestion question)
    {
        List<Refusal> reasons = [];
        if (run.Release > departure.ReleaseBy) reasons.Add(PromiseRules.MissesCutoff(departure, run.Release, question).With("run_id", run.Id));
        if (run.EndOfSynthesis < departure.NotBefore) reasons.Add(PromiseRules.Expires(departure, run.EndOfSynthesis, question).With("run_id", run.Id));
        // Only a run that is in time can be too small.
        if (reasons is not []) return reasons;
        if (run.PlacesLeft < 1)
            reasons.Add(Refusal.State($"runs/{run.Id}", "RUN_FULL", "The run in time for this appointment has no place left.").With("run_id", run.Id).With("places_left", run.PlacesLeft));
        var needed = question.Wanted.Ordered.At(run.EndOfSynthesis);
        if (needed > run.Left.Amount)
        {
            reasons.Add(Refusal.State($"runs/{run.Id}", "ACTIVITY_NOT_AVAILABLE", "The run in time for this appointment has not enough activity left.")
                .With("run_id", run.Id).With("needed_at_end_of_synthesis_bq", needed.Bq).With("left_at_end_of_synthesis_bq", run.Left.Amount.Bq).With("end_of_synthesis_time", run.EndOfSynthesis));
        }

        return reasons;
    }
}
