using Doseline.Execution.V1;
using Doseline.Kernel.Ids;
using Doseline.Kernel.Rules;
using Doseline.Platform.Rpc;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Doseline.Orders.Tests.Support;

/// <summary>A schedule in memory in place of Execution's: reserves in the last run that fits, once for each request id.</summary>
sealed class ScheduleInMemory : SchedulerService.SchedulerServiceClient
{
    readonly Lock guard = new();
    readonly Dictionary<string, ReserveResponse> answers = new(StringComparer.Ordinal);

    public List<Run> Runs { get; } = [];

    public List<ReserveRequest> Reserved { get; } = [];

    public List<string> Returned { get; } = [];

    /// <summary>Set to answer every call with a status instead.</summary>
    public StatusCode? Fault { get; set; }

    public Run Plan(string product, string site, DateTimeOffset endOfSynthesis, TimeSpan release, int capacity, double yieldBq, string nuclide = "Lu-177")
    {
        var run = new Run
        {
            RunId = $"run-{Runs.Count + 1}",
            SiteId = site,
            ProductCode = product,
            RecipeCode = product,
            HotCellId = "cell-1",
            StartTime = Timestamp.FromDateTimeOffset(endOfSynthesis - TimeSpan.FromHours(1)),
            EndOfSynthesisTime = Timestamp.FromDateTimeOffset(endOfSynthesis),
            ReleaseTime = Timestamp.FromDateTimeOffset(endOfSynthesis + release),
            DoseCapacity = capacity,
            Yield = new Common.V1.CalibratedActivity { Nuclide = nuclide, ActivityBq = yieldBq, ReferenceTime = Timestamp.FromDateTimeOffset(endOfSynthesis) },
            Reserved = new Common.V1.CalibratedActivity { Nuclide = nuclide, ReferenceTime = Timestamp.FromDateTimeOffset(endOfSynthesis) },
            State = RunState.Planned,
        };
        Runs.Add(run);
        return run;
    }

    public override AsyncUnaryCall<ReserveResponse> ReserveAsync(ReserveRequest request, CallOptions options)
    {
        lock (guard)
        {
            if (Fault is { } status) return Failed<ReserveResponse>(new RpcException(new Status(status, "not now")));
            if (answers.TryGetValue(request.RequestId, out var earlier)) return Done(earlier);
            var wanted = request.Wanted.Read("wanted").OrThrow();
            var run = Runs
                .Where(r => r.State is RunState.Planned && r.ProductCode == request.ProductCode && r.SiteId == request.SiteId)
                .Where(r => r.ReleaseTime <= request.ReleaseByTime && r.EndOfSynthesisTime >= request.NotBeforeTime && r.DosesReserved < r.DoseCapacity)
                .Where(r => r.Reserved.ActivityBq + wanted.At(r.EndOfSynthesisTime.ToDateTimeOffset()).Bq <= r.Yield.ActivityBq)
                .MaxBy(r => r.EndOfSynthesisTime.ToDateTimeOffset());
            if (run is null)
                return Failed<ReserveResponse>(RpcErrors.Exception("execution", [Refusal.State("runs", "NO_ROOM_IN_SCHEDULE", "No run fits.")]));
            var atEnd = wanted.ReferredTo(run.EndOfSynthesisTime.ToDateTimeOffset());
            run.DosesReserved++;
            run.Reserved.ActivityBq += atEnd.Amount.Bq;
            Reserved.Add(request);
            var response = new ReserveResponse { ReservationId = Id.From("reservation", request.RequestId), Run = run.Clone(), AtEndOfSynthesis = atEnd.ToWire() };
            answers.Add(request.RequestId, response);
            return Done(response);
        }
    }

    public override AsyncUnaryCall<UnreserveResponse> UnreserveAsync(UnreserveRequest request, CallOptions options)
    {
        lock (guard) Returned.Add(request.ReservationId);
        return Done(new UnreserveResponse());
    }

    public override AsyncUnaryCall<ListRunsResponse> ListRunsAsync(ListRunsRequest request, CallOptions options)
    {
        lock (guard)
        {
            return Done(new ListRunsResponse
            {
                Runs =
                {
                    Runs.Where(r => r.ProductCode == request.ProductCode && (request.SiteId is "" || r.SiteId == request.SiteId)
                        && r.EndOfSynthesisTime >= request.FromTime && r.EndOfSynthesisTime < request.UntilTime).Select(r => r.Clone()),
                },
            });
        }
    }

    static AsyncUnaryCall<T> Done<T>(T response) => Of(Task.FromResult(response));

    static AsyncUnaryCall<T> Failed<T>(RpcException fault) => Of(Task.FromException<T>(fault));

    static AsyncUnaryCall<T> Of<T>(Task<T> task) => new(task, Task.FromResult(new Metadata()), () => Status.DefaultSuccess, () => [], () => { });
}
