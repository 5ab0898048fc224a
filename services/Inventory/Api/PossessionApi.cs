using Doseline.Inventory.Data;
using Doseline.Inventory.Domain;
using Doseline.Inventory.V1;
using Doseline.Kernel.Decay;
using Doseline.Kernel.Rules;
using Doseline.Platform.Messaging;
using Doseline.Platform.Rpc;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using WireActivity = Doseline.Common.V1.CalibratedActivity;
using WireReason = Doseline.Common.V1.RefusalReason;

namespace Doseline.Inventory.Api;

/// <summary>Possession: the gate for batches, and what is possessed at any instant.</summary>
public sealed partial class PossessionApi(InventoryDb db, PossessionReader reader, Issue issue, PageTokens pageTokens, WatchSignals signals) : PossessionService.PossessionServiceBase
{
    /// <inheritdoc/>
    public override Task<IssueToBatchResponse> IssueToBatch(IssueToBatchRequest request, ServerCallContext context) =>
        issue.ToBatchAsync(request, context.CancellationToken);

    /// <inheritdoc/>
    public override async Task<CheckArrivalResponse> CheckArrival(CheckArrivalRequest request, ServerCallContext context)
    {
        List<Refusal> refusals = [];
        var contents = Reading.Contents(request.Contents, refusals);
        if (contents is []) refusals.Add(Refusal.Invalid("contents", "ACTIVITY_REQUIRED", "Name the activity of each nuclide."));
        var time = request.ArrivalTime is null ? db.Now : request.ArrivalTime.Read("arrival_time").OrAdd(refusals);
        refusals.ThrowIfAny();
        await db.SiteAsync(request.SiteId, context.CancellationToken);

        var state = await reader.StateAsync(request.SiteId, "", context.CancellationToken);
        Place place = new("", Account.Lot, request.SiteId, request.RoomId, request.Form, request.Use);
        Arrival arrival = new(new HeldItem(place, StatusClass.Quarantine, [.. contents.Select(BookedLine.From)]), time);
        var decision = PossessionRules.AdmitOrSuggest(arrival, state);
        CheckArrivalResponse answer = new() { Admitted = decision.Accepted };
        if (decision.Accepted) return answer;
        answer.Reasons.AddRange(decision.Refusals.Select(refusal => new WireReason
        {
            Code = refusal.Code, Subject = refusal.Subject, Message = refusal.Message, Kind = "STATE", Numbers = { refusal.Numbers.ToDictionary(StringComparer.Ordinal) },
        }));
        answer.AlternativeRoomIds.AddRange(Alternatives.Rooms(arrival, state));
        answer.NearestTime = Alternatives.NearestTime(arrival, state).ToWire();
        return answer;
    }

    /// <inheritdoc/>
    public override async Task<GetPossessionResponse> GetPossession(GetPossessionRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        List<Refusal> refusals = [];
        // Looked at once, as below.
        var now = db.Now;
        var asOf = request.AsOfTime is null ? now : request.AsOfTime.Read("as_of_time").OrAdd(refusals);
        DateTimeOffset? known = request.KnownTime is null ? null : request.KnownTime.Read("known_time").OrAdd(refusals);
        if (request.WithProgeny && asOf < now)
            refusals.Add(Refusal.Invalid("with_progeny", "PROGENY_OF_PAST", "Progeny is computed from what is booked now; ask for it at this instant or a later one."));
        refusals.ThrowIfAny();
        await db.SiteAsync(request.SiteId, cancel);
        var held = known is null && asOf >= now ? await reader.HeldAsync(request.SiteId, cancel) : await reader.HeldAtAsync(request.SiteId, asOf, known, cancel);
        return Report(held, asOf, request.Nuclide, request.WithProgeny);
    }

    /// <inheritdoc/>
    public override async Task<GetHeadroomResponse> GetHeadroom(GetHeadroomRequest request, ServerCallContext context)
    {
        List<Refusal> refusals = [];
        // Looked at once: by a clock that runs, a second look is later, and what is asked of now would be of the past.
        var now = db.Now;
        var asOf = request.AsOfTime is null ? now : request.AsOfTime.Read("as_of_time").OrAdd(refusals);
        var window = request.Window?.ToTimeSpan() ?? TimeSpan.Zero;
        if (window < TimeSpan.Zero || window > PossessionRules.PlanningWindow)
            refusals.Add(Refusal.Invalid("window", "WINDOW_OUT_OF_RANGE", "The window is 0 to 366 days.").With("window_seconds", window.TotalSeconds));
        DateTimeOffset? known = request.KnownTime is null ? null : request.KnownTime.Read("known_time").OrAdd(refusals);
        var isPast = known is not null || asOf < now;
        if (isPast && window > TimeSpan.Zero)
            refusals.Add(Refusal.Invalid("window", "WINDOW_OF_PAST", "What follows a past instant is in the ledger; ask for a peak from now on.").With("as_of_time", asOf).With("window_seconds", window.TotalSeconds));
        refusals.ThrowIfAny();
        await db.SiteAsync(request.SiteId, context.CancellationToken);
        var state = isPast ? await reader.StateAtAsync(request.SiteId, asOf, known, context.CancellationToken) : await reader.StateAsync(request.SiteId, "", context.CancellationToken);
        GetHeadroomResponse answer = new() { AsOfTime = asOf.ToWire() };
        answer.Limits.AddRange(Forecast.Of(state, asOf, window)
            .Where(line => (request.Nuclide is "" || line.Scope.Nuclide == request.Nuclide || line.Scope.Nuclide == Domain.Licence.Any)
                && (request.RoomId is "" || line.Scope.Id.StartsWith($"rooms/{request.RoomId}/", StringComparison.Ordinal)))
            .Select(line => ToWire(line, asOf)));
        return answer;
    }

    /// <inheritdoc/>
    public override async Task<ListLedgerResponse> ListLedger(ListLedgerRequest request, ServerCallContext context)
    {
        var query = db.List<LedgerEntryRow>().Is(nameof(LedgerEntryRow.SiteId), request.SiteId).IsIfAny(nameof(LedgerEntryRow.HoldingId), request.HoldingId).IsIfAny(nameof(LedgerEntryRow.TransactionId), request.TransactionId);
        var (rows, next) = await pageTokens.ReadAsync(request, query.By(nameof(LedgerEntryRow.Seq)), context.CancellationToken);
        return new ListLedgerResponse { Entries = { rows.Select(ToWire) }, NextPageToken = next };
    }

    /// <inheritdoc/>
    public override async Task WatchPossession(WatchPossessionRequest request, IServerStreamWriter<WatchPossessionResponse> responseStream, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        await db.SiteAsync(request.SiteId, cancel);
        long? told = null;
        await foreach (var _ in signals.ChangesAsync("inventory", cancel))
        {
            var last = await db.Entries.AsNoTracking().Where(entry => entry.SiteId == request.SiteId).MaxAsync(entry => (long?)entry.Seq, cancel) ?? 0;
            if (last == told) continue;
            var held = await reader.HeldAsync(request.SiteId, cancel);
            await responseStream.WriteAsync(new WatchPossessionResponse { Possession = Report(held, db.Now, "", withProgeny: false) }, cancel);
            told = last;
        }
    }

    internal static GetPossessionResponse Report(IEnumerable<HeldItem> held, DateTimeOffset asOf, string nuclide, bool withProgeny)
    {
        var sums = PossessionReport.Of(held, asOf, nuclide, withProgeny);
        GetPossessionResponse answer = new()
        {
            AsOfTime = asOf.ToWire(),
            Category2Fraction = PossessionReport.Category2(sums).Sum,
            Category2Source = "10 CFR 37 Appendix A; trust is stated for each nuclide in the nuclide data",
        };
        answer.Groups.AddRange(sums.Select(sum => new PossessionGroup
        {
            Nuclide = sum.Nuclide, Form = sum.Form, RoomId = sum.RoomId, Use = sum.Use, Category = (PossessionCategory)sum.Account, Possessed = Activity(sum.Nuclide, sum.Bq, asOf),
        }));
        answer.Totals.AddRange(sums.GroupBy(sum => sum.Nuclide, StringComparer.Ordinal).Select(group => Activity(group.Key, group.Sum(sum => sum.Bq), asOf)));
        return answer;
    }

    static WireActivity Activity(string nuclide, double bq, DateTimeOffset asOf) =>
        new() { Nuclide = nuclide, ActivityBq = bq, ReferenceTime = asOf.ToWire(), DataVersion = NuclideData.Current.Version };

    static Headroom ToWire(LimitForecast line, DateTimeOffset asOf)
    {
        Headroom sent = new()
        {
            LimitId = line.Scope.Id, Nuclide = line.Scope.Nuclide, LimitBq = line.Scope.LimitBq, TotalBq = line.TotalBq, HeadroomBq = line.Scope.LimitBq - line.TotalBq,
            PeakBq = line.PeakBq, PeakTime = line.PeakTime.ToWire(), ReferenceTime = asOf.ToWire(),
        };
        if (line.UnityFraction is { } fraction) sent.UnityFraction = fraction;
        sent.ByCategory.AddRange(line.Shares.Select(share => new CategoryTotal { Category = (PossessionCategory)share.Account, Nuclide = line.Scope.Nuclide, TotalBq = share.Bq, ReferenceTime = asOf.ToWire() }));
        return sent;
    }

    static LedgerEntry ToWire(LedgerEntryRow row) => new()
    {
        Seq = row.Seq, TransactionId = row.TransactionId, Kind = row.Kind, HoldingId = row.HoldingId, Category = (PossessionCategory)row.Account, RoomId = row.RoomId,
        Nuclide = row.Nuclide, Form = row.Form, Use = row.Use, SignedBq = row.Bq, ReferenceTime = row.ReferenceTime.ToWire(), DataVersion = row.DataVersion,
        EffectiveTime = row.EffectiveTime.ToWire(), RecordTime = row.RecordTime.ToWire(), CauseId = row.CauseId,
    };
}
