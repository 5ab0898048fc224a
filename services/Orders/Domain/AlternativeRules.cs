using Doseline.Kernel.Decay;
using Doseline.Kernel.Rules;
using Doseline.Kernel.Time;

namespace Doseline.Orders.Domain;

/// <summary>The nearest order that could be met instead of one that cannot.</summary>
/// <param name="WindowStart">Start of the nearest feasible window; null when no run helps.</param>
/// <param name="Amount">Largest amount at administration that the asked window could have; null when that would not help either.</param>
public sealed record Alternative(DateTimeOffset? WindowStart, Activity? Amount);

/// <summary>Looks for the nearest feasible alternative among the runs planned.</summary>
public static class AlternativeRules
{
    // Keeps an offer that is bound by activity clear of the last digit.
    static readonly TimeSpan Margin = TimeSpan.FromSeconds(1);

    /// <summary>Finds it.</summary>
    /// <param name="departures">Departures of the window asked for.</param>
    /// <param name="question">The question.</param>
    /// <param name="runs">Runs that take reservations.</param>
    public static Alternative Find(IReadOnlyList<Departure> departures, PromiseQuestion question, IReadOnlyList<PlannedRun> runs)
    {
        var starts =
            from service in PromiseRules.ServicesOf(question)
            from run in runs
            where run.SiteId == service.SiteId
            let start = NearestStart(service, run, question)
            where start is not null
            orderby (start.Value - question.Appointment.Start).Duration(), start.Value
            select (Start: start, Run: run);
        // What is offered has passed the same rules as an order for it would.
        var best = starts.FirstOrDefault(s => CanBePromised(question, s.Start!.Value, s.Run));
        return new(best.Start, LargestAmount(departures, question, runs));
    }

    static bool CanBePromised(PromiseQuestion question, DateTimeOffset start, PlannedRun run)
    {
        var by = start - question.Appointment.Start;
        var moved = question with
        {
            Appointment = question.Appointment with { Start = start, End = question.Appointment.End + by },
            Wanted = question.Wanted.Moved(by),
        };
        return PromiseRules.Plan(moved).Departures.Any(d => RunRules.Best(d, moved, [run]) is not null);
    }

    /// <summary>Adds the alternative to a refusal, in numbers.</summary>
    public static Refusal Offer(Refusal refusal, Alternative alternative, PromiseQuestion question)
    {
        var start = alternative.WindowStart;
        return refusal
            .With("nearest_window_start_time", start)
            .With("nearest_window_end_time", start + question.Appointment.Length)
            .With("nearest_window_start_local", start is { } known ? Zones.Show(known, question.Appointment.Zone).ToString() : null)
            .With(refusal.Numbers.ContainsKey("nearest_amount_bq") ? "available_amount_bq" : "nearest_amount_bq", alternative.Amount?.Bq);
    }

    // The nearest start of a window that this run and this carrier could meet in full.
    static DateTimeOffset? NearestStart(CarrierService service, PlannedRun run, PromiseQuestion question)
    {
        var product = question.Product;
        if (run.PlacesLeft < 1) return null;
        var cutoff = service.FirstCutoff(Later(run.Release, question.Now + product.ReleaseDuration) + product.PackDuration);
        var earliest = cutoff + service.Transit + product.ReceivingLead;
        // What the run has left bounds how late the dose can be given: Δt = T½·log2(left/amount).
        var amount = question.Wanted.Ordered.Amount;
        if (run.Left.TimeUntil(amount) is not { } reference) return null;
        var offset = question.Wanted.Ordered.Reference - question.Appointment.Start;
        var latest = Earlier(run.EndOfSynthesis + product.ShelfLife - question.Appointment.Length, reference - offset - Margin);
        if (latest < earliest) return null;
        var asked = question.Appointment.Start;
        return asked < earliest ? earliest : asked > latest ? latest : asked;
    }

    static Activity? LargestAmount(IReadOnlyList<Departure> departures, PromiseQuestion question, IReadOnlyList<PlannedRun> runs)
    {
        var amounts =
            from departure in departures
            from run in runs
            where run.SiteId == departure.Service.SiteId && run.PlacesLeft > 0
                && run.Release <= departure.ReleaseBy && run.EndOfSynthesis >= departure.NotBefore
            select run.Left.At(question.Wanted.Administration);
        var largest = amounts.DefaultIfEmpty().Max();
        return largest >= question.Product.Minimum ? largest : null;
    }

    static DateTimeOffset Later(DateTimeOffset left, DateTimeOffset right) => left > right ? left : right;

    static DateTimeOffset Earlier(DateTimeOffset left, DateTimeOffset right) => left < right ? left : right;
}
