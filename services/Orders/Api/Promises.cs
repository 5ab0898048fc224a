using System.Globalization;
using Doseline.Execution.V1;
using Doseline.Kernel.Rules;
using Doseline.Orders.Domain;
using Doseline.Platform.Messaging;
using Doseline.Platform.Rpc;
using Grpc.Core;

namespace Doseline.Orders.Api;

/// <summary>Turns a question into a promise that the schedule holds, or into every reason why it cannot and what could be had instead.</summary>
public sealed class Promises(RequestContext call, SchedulerService.SchedulerServiceClient scheduler)
{
    /// <summary>Departures that are tried at the scheduler for one order.</summary>
    const int TriesMax = 6;

    /// <summary>Runs that are read to preview or explain.</summary>
    const int RunsMax = 500;

    // A repeat asks for the same reservation only while that cannot have lapsed (Execution gives an unconfirmed one back after ten minutes);
    // later it asks anew.
    static readonly TimeSpan RepeatWithin = TimeSpan.FromMinutes(5);

    // How far from the appointment an alternative is looked for.
    static readonly TimeSpan Horizon = TimeSpan.FromDays(14);

    /// <summary>Reserves the best departure that the scheduler takes.</summary>
    /// <param name="question">The question.</param>
    /// <param name="orderId">Order it is for.</param>
    /// <param name="replaces">Reservation that this one takes the place of; empty for none.</param>
    /// <param name="cancel">Cancels.</param>
    /// <exception cref="RefusedException">Every binding constraint, with the nearest alternative.</exception>
    public async Task<KeptPromise> KeepAsync(PromiseQuestion question, string orderId, string replaces, CancellationToken cancel)
    {
        var plan = PromiseRules.Plan(question);
        List<Refusal> refused = [.. plan.Departures is [] ? plan.Binding : []];
        foreach (var departure in plan.Departures.Take(TriesMax))
        {
            try
            {
                return Kept(question, departure, await ReserveAsync(question, departure, orderId, replaces, cancel));
            }
            catch (RpcException fault) when (fault.StatusCode is StatusCode.FailedPrecondition or StatusCode.NotFound)
            {
                // The schedule says no to this departure; an earlier one may do.
                refused.AddRange(RpcErrors.Passed(fault, "execution"));
            }
            catch (RpcException fault)
            {
                throw new RefusedException(RpcErrors.Passed(fault, "execution"));
            }
        }

        throw await RefuseAsync(plan, question, refused, cancel);
    }

    /// <summary>What would be promised now, without reserving.</summary>
    /// <exception cref="RefusedException">Every binding constraint, with the nearest alternative.</exception>
    public async Task<KeptPromise> PreviewAsync(PromiseQuestion question, CancellationToken cancel)
    {
        var plan = PromiseRules.Plan(question);
        if (plan.Departures is not [])
        {
            var runs = await RunsAsync(question, cancel);
            foreach (var departure in plan.Departures.Take(TriesMax))
            {
                if (RunRules.Best(departure, question, runs) is { } run)
                {
                    return new KeptPromise
                    {
                        Question = question,
                        Departure = departure,
                        RunId = run.Id,
                        ReservationId = "",
                        Start = run.Start,
                        EndOfSynthesis = run.EndOfSynthesis,
                    };
                }
            }
        }

        throw await RefuseAsync(plan, question, [.. plan.Departures is [] ? plan.Binding : []], cancel);
    }

    async Task<ReserveResponse> ReserveAsync(PromiseQuestion question, Departure departure, string orderId, string replaces, CancellationToken cancel) =>
        await scheduler.ReserveAsync(new ReserveRequest
        {
            RequestId = call.Derived("reserve", orderId, departure.Service.Id, Text(departure.Cutoff.UtcTicks), Text(question.Now.UtcTicks / RepeatWithin.Ticks)),
            OrderId = orderId,
            ProductCode = question.Product.Code,
            SiteId = departure.Service.SiteId,
            ReleaseByTime = departure.ReleaseBy.ToWire(),
            NotBeforeTime = departure.NotBefore.ToWire(),
            Wanted = question.Wanted.Ordered.ToWire(),
            ReplacesReservationId = replaces,
        }, cancellationToken: cancel);

    static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    static KeptPromise Kept(PromiseQuestion question, Departure departure, ReserveResponse response) => new()
    {
        Question = question,
        Departure = departure,
        RunId = response.Run.RunId,
        ReservationId = response.ReservationId,
        Start = response.Run.StartTime.ToDateTimeOffset(),
        EndOfSynthesis = response.Run.EndOfSynthesisTime.ToDateTimeOffset(),
    };

    // Only a refusal costs this second look at the schedule: it says what binds in the words of the order, and what could be had instead.
    async Task<RefusedException> RefuseAsync(PromisePlan plan, PromiseQuestion question, List<Refusal> refused, CancellationToken cancel)
    {
        var runs = await RunsAsync(question, cancel);
        if (plan.Departures is not []) refused.InsertRange(0, RunRules.Explain(plan.Departures, question, runs));
        var alternative = AlternativeRules.Find(plan.Departures, question, runs);
        return new RefusedException([.. refused.DistinctBy(r => r.Code, StringComparer.Ordinal).Select(r => AlternativeRules.Offer(r, alternative, question))]);
    }

    async Task<List<PlannedRun>> RunsAsync(PromiseQuestion question, CancellationToken cancel)
    {
        var from = question.Appointment.Start - Horizon - question.Product.ShelfLife;
        var request = new ListRunsRequest
        {
            SiteId = question.Sites is [var only] ? only : "",
            ProductCode = question.Product.Code,
            FromTime = (from > question.Now ? from : question.Now).ToWire(),
            UntilTime = (question.Appointment.Start + Horizon).ToWire(),
            PageSize = RunsMax,
        };
        try
        {
            var response = await scheduler.ListRunsAsync(request, cancellationToken: cancel);
            return [.. response.Runs.Where(r => r.State is RunState.Planned && question.Sites.Contains(r.SiteId, StringComparer.Ordinal)).Select(Read)];
        }
        catch (RpcException fault)
        {
            throw new RefusedException(RpcErrors.Passed(fault, "execution"));
        }
    }

    static PlannedRun Read(Run run)
    {
        var yield = run.Yield.Read("run.yield").OrThrow();
        var reserved = run.Reserved?.ActivityBq ?? 0;
        var atEnd = yield.ReferredTo(run.EndOfSynthesisTime.ToDateTimeOffset());
        return new PlannedRun
        {
            Id = run.RunId,
            SiteId = run.SiteId,
            Start = run.StartTime.ToDateTimeOffset(),
            EndOfSynthesis = run.EndOfSynthesisTime.ToDateTimeOffset(),
            Release = run.ReleaseTime.ToDateTimeOffset(),
            PlacesLeft = run.DoseCapacity - run.DosesReserved,
            Left = atEnd.WithAmount(new(Math.Max(0, atEnd.Amount.Bq - reserved))),
        };
    }
}
