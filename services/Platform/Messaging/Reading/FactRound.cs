using System.Diagnostics.CodeAnalysis;
using Doseline.Kernel.Rules;
using Doseline.Platform.Data;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Doseline.Platform.Messaging.Reading;

/// <summary>Handles one page: facts that share a row one after the other in the order of the log, the others side by side.</summary>
/// <param name="rules">What is done here about which type.</param>
/// <param name="waits">What waits.</param>
/// <param name="lease">Claim of the reader.</param>
/// <param name="work">Runs handlers.</param>
/// <param name="keeper">Keeps what could not be handled.</param>
/// <param name="logs">Which logs cannot be read.</param>
/// <param name="options">Tries, lanes.</param>
/// <param name="clock">The platform's clock.</param>
/// <param name="meter">Counts.</param>
/// <param name="log">Log.</param>
sealed class FactRound(
    IReadOnlyDictionary<string, FactRule> rules, OpenWaits waits, Lease lease, FactWork work, FactWaits keeper, LogsAway logs, MessagingOptions options, TimeProvider clock, MessagingMeter meter, ILogger log)
{
    int handled;

    /// <summary>How many facts had their effect.</summary>
    public int Handled => handled;

    /// <summary>True once the round ends here: nothing more is written, and the cursor stays.</summary>
    public bool Over { get; private set; }

    /// <summary>Handles what waits and may be tried, then the facts of a page.</summary>
    /// <param name="db">The listener's database, to read.</param>
    /// <param name="facts">Facts of the page, in the order of the log.</param>
    /// <param name="cancel">Cancels.</param>
    /// <returns>How many of the page's facts, from its beginning, were handled or wait.</returns>
    public async Task<int> RunAsync(ServiceDb db, IReadOnlyList<Fact> facts, CancellationToken cancel)
    {
        var seen = await InboxLook.AtAsync(db, facts, cancel);
        List<Job> jobs = [.. waits.ToTry(clock.GetUtcNow(), options.Manual, rules).Select(Read), .. facts.Select(Read)];
        using SemaphoreSlim places = new(Math.Max(1, options.Lanes));
        Dictionary<string, Task> last = new(StringComparer.Ordinal);
        List<Task<bool>> running = [];
        foreach (var job in jobs)
        {
            // Each gives its place back, also when it is given up; what it threw is told below.
            await places.WaitAsync(CancellationToken.None);
            if (Over || cancel.IsCancellationRequested || !lease.IsHeld(clock.GetUtcNow()))
            {
                Over = true;
                places.Release();
                break;
            }

            Task[] before = [.. job.Keys.Select(key => last.GetValueOrDefault(key)).OfType<Task>().Distinct()];
            var task = RunAsync(job, before, seen, places, cancel);
            foreach (var key in job.Keys) last[key] = task;
            running.Add(task);
        }

        var settled = await Task.WhenAll(running);
        cancel.ThrowIfCancellationRequested();
        var own = jobs.Count - facts.Count;
        return settled.Skip(own).TakeWhile(done => done).Count();
    }

    // Earlier ones hold a place each until they are done, so whoever waits for them does not wait for a place that it holds itself.
    async Task<bool> RunAsync(Job job, Task[] before, InboxLook seen, SemaphoreSlim places, CancellationToken cancel)
    {
        try
        {
            if (before is not []) await Task.WhenAll(before);
            return !Over && await SettleAsync(job, seen, cancel);
        }
        finally
        {
            places.Release();
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever a handler throws, the fact waits with it rather than being lost.")]
    async Task<bool> SettleAsync(Job job, InboxLook seen, CancellationToken cancel)
    {
        var (rule, fact, keys, wait) = (job.Rule, job.Fact, job.Keys, job.Wait);
        try
        {
            if (wait is null && waits.Of(fact.Id) is not null) return true;
            if (job.Fault is not null) throw job.Fault;
            if (seen.Has(fact))
            {
                meter.Duplicate(rule);
                return true;
            }

            if (rule.Order is FactOrder.InTurn && waits.Before(fact.Position, keys) is { } before)
            {
                if (wait is null) await KeepAsync(job, new Verdict(WaitState.Behind, $"Waits behind fact {before.Row.FactId}, which shares a row.", 0), cancel);
                return true;
            }

            IReadOnlyList<OpenWait> settles = rule.Order is FactOrder.LatestWins ? waits.SettledBy(fact, keys) : [];
            Func<ServiceDb, Task>? ends = wait is null && settles is [] ? null : db => FactWaits.EndAsync(db, wait?.Row, settles, fact.Id, cancel);
            // Handled elsewhere meanwhile: then only what waited is left to end.
            if (!await work.HandleAsync(rule, fact, job.Message!, ends, cancel) && ends is not null) await keeper.EndAsync(rule, db => FactWaits.EndAsync(db, wait?.Row, settles, fact.Id, cancel), cancel);
            foreach (var settled in settles) waits.Remove(settled.Row.FactId);
            waits.Remove(fact.Id);
            Interlocked.Increment(ref handled);
            return true;
        }
        catch (Exception fault) when (!cancel.IsCancellationRequested)
        {
            return await FailAsync(job, fault, cancel);
        }
    }

    async Task<bool> FailAsync(Job job, Exception fault, CancellationToken cancel)
    {
        if (DbRaces.IsAway(fault))
        {
            Over = true;
            log.LogWarning(fault, "The round of {Handler} ends at fact {FactId}", job.Rule.Handler, job.Fact.Id);
            return false;
        }

        // Where work is pumped by hand, what is not due is tried too, and not counted.
        if (job.Wait is { Row: { State: WaitState.Retrying, NextTime: { } due } } && due > clock.GetUtcNow()) return true;
        var verdict = VerdictOf(job, fault, await IsExcusedAsync(job, fault, cancel));
        if (verdict.State is not WaitState.Parked) log.LogWarning(fault, "{Handler} failed on fact {FactId}; it will be tried again", job.Rule.Handler, job.Fact.Id);
        else if (fault is FactConflictException or FactUnreadableException) log.LogCritical(fault, "{Handler} parked fact {FactId}: {Reason}", job.Rule.Handler, job.Fact.Id, fault.Message);
        else log.LogError(fault, "{Handler} parked fact {FactId} after {Tries} tries", job.Rule.Handler, job.Fact.Id, verdict.Tries);
        return await KeepAsync(job, verdict, cancel);
    }

    [SuppressMessage("Design", "CA1031", Justification = "What cannot be kept now is read again: the cursor stays.")]
    async Task<bool> KeepAsync(Job job, Verdict verdict, CancellationToken cancel)
    {
        try
        {
            if (await keeper.KeepAsync(lease, job.Rule, job.Fact, job.Keys, verdict, cancel) is { } row)
            {
                waits.Put(row);
            }
            else
            {
                waits.Remove(job.Fact.Id);
            }

            return true;
        }
        catch (Exception fault) when (!cancel.IsCancellationRequested)
        {
            Over = true;
            log.LogWarning(fault, "Fact {FactId} could not be kept for {Handler}; it is read again", job.Fact.Id, job.Rule.Handler);
            return false;
        }
    }

    // That somebody who is asked is away says nothing of the fact, nor that what it builds on has not come while it still may.
    async Task<bool> IsExcusedAsync(Job job, Exception fault, CancellationToken cancel) => IsTooEarly(fault)
        ? logs.AnyBut(job.Rule.Service, job.Fact.Source) || await keeper.OthersWaitAsync(job.Rule.Service, job.Fact.Source, cancel)
        : IsAway(fault);

    static bool IsTooEarly(Exception fault) => fault is RefusedException refused && refused.Refusals.Any(r => r.Code == TooEarly.Code);

    Verdict VerdictOf(Job job, Exception fault, bool excused)
    {
        var tries = job.Wait?.Row.Tries ?? 0;
        if (fault is FactConflictException)
        {
            meter.Conflict(job.Rule.Service);
            return new Verdict(WaitState.Parked, fault.Message, tries);
        }

        if (fault is FactUnreadableException) return new Verdict(WaitState.Parked, fault.Message, tries, Unreadable: true);
        var now = clock.GetUtcNow();
        // Tried at growing intervals for as long as it takes.
        if (excused) return new Verdict(WaitState.Retrying, IsTooEarly(fault) ? $"{TooEarly.Code}: {fault.Message}" : fault.Message, tries, now + options.Within(job.Wait is { } wait ? now - wait.Row.Time : TimeSpan.Zero));
        return ++tries >= options.TriesMax
            ? new Verdict(WaitState.Parked, fault.Message, tries)
            : new Verdict(WaitState.Retrying, fault.Message, tries, now + options.Backoff(tries));
    }

    static bool IsAway(Exception fault) => fault switch
    {
        RpcException rpc => rpc.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Cancelled,
        RefusedException refused => refused.Refusals.Any(r => r.Kind is RefusalKind.Unavailable),
        TimeoutException or HttpRequestException or OperationCanceledException => true,
        _ => false,
    };

    Job Read(OpenWait wait) => Read(FactWaits.Read(wait.Row) with { Position = wait.Row.Position }) with { Wait = wait };

    // One parse and one look at the hash for each fact; what cannot be read touches what its subject names.
    Job Read(Fact fact)
    {
        var rule = rules[fact.Type];
        if (!fact.IsIntact) return new Job(rule, fact, [fact.Subject]) { Fault = new FactConflictException($"Fact {fact.Id} says its payload hashes to {fact.DataHash}, but it hashes to {Fact.HashOf(fact.Data)}.") };
        try
        {
            var message = rule.Read(fact);
            return new Job(rule, fact, rule.KeysOf(fact, message)) { Message = message };
        }
        catch (FactUnreadableException fault)
        {
            return new Job(rule, fact, [fact.Subject]) { Fault = fault };
        }
    }

    sealed record Job(FactRule Rule, Fact Fact, IReadOnlyList<string> Keys)
    {
        public IMessage? Message { get; init; }

        public Exception? Fault { get; init; }

        public OpenWait? Wait { get; init; }
    }
}
