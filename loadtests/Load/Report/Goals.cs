namespace Doseline.Load.Report;

/// <summary>What was asked of the build after the change, as ratios within one run.</summary>
/// <param name="What">In words.</param>
/// <param name="Figures">What was measured.</param>
/// <param name="Value">The figure that counts.</param>
/// <param name="Unit">Its unit; × for a ratio.</param>
/// <param name="Limit">What it is held against.</param>
/// <param name="AtLeast">Whether the limit is a least; otherwise a most.</param>
sealed record Goal(string What, string Figures, double Value, string Unit, double Limit, bool AtLeast)
{
    // Measured turn by turn on one machine, two runs of the same differ by as much.
    const double Even = 1.1;

    /// <summary>Whether it is met.</summary>
    public bool Met => AtLeast ? Value >= Limit : Value <= Limit;

    /// <summary>Every goal for which there are figures.</summary>
    public static IEnumerable<Goal> Of(Results results)
    {
        var most = results.Turns.Where(t => t.Kind is Kinds.Closed).Select(t => t.InFlight).DefaultIfEmpty().Max();
        foreach (var store in results.Turns.Select(t => t.Store).Distinct(StringComparer.Ordinal))
        {
            if (results.Yardsticks.LastOrDefault(y => y.Clients == 16) is not null && results.Turns.Any(t => t.Store == store && t.Commits is not null))
            {
                var bench = results.Yardsticks.Where(y => y.Clients == 16).Average(y => y.PerSecond);
                var best = results.BestClosed(store, Arms.Now);
                yield return new Goal($"{store}: orders kept up, to pgbench with 16 clients", Text.Of($"{best.KeptUp:0} and {bench:0} a second"), best.KeptUp / bench, "×", 1.0, AtLeast: true);
            }

            foreach (var (what, kind, name, limit) in ((string, string, string, double)[])[
                ("processor time of server and database for an order at saturation", Kinds.Closed, Turn.InFlightOf(most), 1 / 6.0),
                ("processor time of server and database for an order at 60 a second", Kinds.Open, Turn.RateOf(60), 1 / 3.0)])
            {
                if (results.SumOf(store, Arms.Base, kind, name) is { } was && results.SumOf(store, Arms.Now, kind, name) is { } now)
                    yield return new Goal($"{store}: {what}, to the base's", Text.Of($"{now.CpuMs:0.00} and {was.CpuMs:0.00} ms"), now.CpuMs / was.CpuMs, "×", limit, AtLeast: false);
            }

            if (results.SumOf(store, Arms.Base, Kinds.Flows, null) is { } before && results.SumOf(store, Arms.Now, Kinds.Flows, null) is { } after)
                yield return new Goal($"{store}: doses from order to door, to the base's", Text.Of($"{after.KeptUp:0.0} and {before.KeptUp:0.0} a second"), after.KeptUp / before.KeptUp, "×", 10, AtLeast: true);
            if (results.SumOf(store, Arms.Now, Kinds.Open, Turn.ShareOf(0.5)) is { } half)
                yield return new Goal($"{store}: p99 at half the rate kept up", Text.Of($"{half.Answered:0} orders a second"), half.P99, "ms", 50, AtLeast: false);
            foreach (var (read, limit) in ((string, double?)[])[("GetOrder", 0.4), ("ListOrders", 0.1), ("GetPossession", null)])
            {
                if (Read(Arms.Now) is not { } now || Read(Arms.Base) is not { } was) continue;
                yield return limit is { } asked
                    ? new Goal($"{store}: {read}, to an empty call", Text.Of($"base {was:0.000} ×"), now, "×", asked, AtLeast: true)
                    : new Goal($"{store}: {read}, to an empty call, to the base's", Text.Of($"{now:0.000} and {was:0.000} ×"), now / was, "×", 1, AtLeast: true);

                double? Read(string arm) => results.SumOf(store, arm, Kinds.Read, read)?.Answered / results.SumOf(store, arm, Kinds.Read, Play.Desk.NoCall)?.Answered;
            }

            // Whoever asks has a vial in hand: 200 ms at the gateway (A218).
            if (results.SumOf(store, Arms.Now, Kinds.Read, Play.Desk.Authenticity) is { } labels)
                yield return new Goal($"{store}: p99 of {Play.Desk.Authenticity}, as fast as it is asked", Text.Of($"{labels.Answered:0} a second"), labels.P99, "ms", 200, AtLeast: false);

            if (results.SumOf(store, Arms.Grown, Kinds.Closed, Turn.InFlightOf(most)) is { } grown && results.SumOf(store, Arms.Now, Kinds.Closed, Turn.InFlightOf(most)) is { } fresh)
            {
                yield return new Goal($"{store}: processor time for an order on grown databases, to fresh ones", Text.Of($"{grown.CpuMs:0.00} and {fresh.CpuMs:0.00} ms"), grown.CpuMs / fresh.CpuMs, "×", Even, AtLeast: false);
                if (grown.Commands is { } many && fresh.Commands is { } few) yield return new Goal($"{store}: commands for an order on grown databases, to fresh ones", Text.Of($"{many:0.0} and {few:0.0}"), many / few, "×", Even, AtLeast: false);
            }

            foreach (var rest in results.Rests.Where(r => r.Store == store && r.Arm == Arms.Now))
                yield return new Goal($"{store}: resident memory {rest.Seconds:0} s after the start, with nothing to do", Text.Of($"base {Text.Mebibytes(results.Rests.First(r => r.Store == store && r.Arm == Arms.Base).ResidentBytes)} MiB"), rest.ResidentBytes / 1048576.0, "MiB", 200, AtLeast: false);
        }

        if (results.Starts.Where(s => s is { Arm: Arms.Now, Databases: Start.Existing }).Select(s => s.Milliseconds).ToList() is { Count: > 0 } starts)
            yield return new Goal("SQLite: start to the first answered call, on existing databases, median", Text.Of($"base {Start.Median(results.Starts.Where(s => s is { Arm: Arms.Base, Databases: Start.Existing }).Select(s => s.Milliseconds)):0} ms"), Start.Median(starts), "ms", 1000, AtLeast: false);
    }
}
