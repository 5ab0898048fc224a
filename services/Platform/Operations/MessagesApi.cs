using System.Globalization;
using Doseline.Kernel.Rules;
using Doseline.Operations.V1;
using Doseline.Platform.Data;
using Doseline.Platform.Messaging;
using Doseline.Platform.Messaging.Reading;
using Doseline.Platform.Rpc;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Wire = Doseline.Operations.V1;

namespace Doseline.Platform.Operations;

/// <summary>How facts stand in the services hosted here, and what a person may do about one that could not be handled.</summary>
public sealed class MessagesApi(
    DatabaseTable databases, IServiceProvider scope, RequestContext caller, ParkedFacts parked, FactTable table, PageTokens pages) : MessagesService.MessagesServiceBase
{
    const int FactsMax = PageTokens.SizeMax;

    /// <inheritdoc/>
    public override async Task<GetMessageStatusResponse> GetMessageStatus(GetMessageStatusRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var db = databases.Of(request.Service, scope);
        var waiting = await db.Waiting.AsNoTracking().Where(w => w.ResolvedTime == null).Select(w => new { w.State, w.Time }).ToListAsync(cancel);
        var forPeople = waiting.Where(w => w.State is WaitState.Parked or WaitState.Orphaned).ToList();
        return new GetMessageStatusResponse
        {
            PublishedCount = await db.Facts.LongCountAsync(cancel),
            OldestReadSeconds = Age(db.Now, await db.Cursors.MinAsync(c => (DateTimeOffset?)c.ReadTime, cancel)),
            RetryingCount = waiting.Count - forPeople.Count,
            ParkedCount = forPeople.Count,
            OldestParkedSeconds = Age(db.Now, forPeople.Select(w => (DateTimeOffset?)w.Time).Min()),
        };
    }

    /// <inheritdoc/>
    public override async Task<ListParkedMessagesResponse> ListParkedMessages(ListParkedMessagesRequest request, ServerCallContext context)
    {
        var rows = databases.Of(request.Service, scope).Waiting.AsNoTracking().Where(w => (w.ResolvedTime != null) == request.Resolved);
        if (request.Handler is { Length: > 0 } handler)
        {
            var types = table.Rules.Where(r => r.Handler == handler).Select(r => r.Type).ToList();
            rows = rows.Where(w => types.Contains(w.Type));
        }

        if (pages.Read(request) is [var time, var id])
        {
            var after = new DateTimeOffset(long.Parse(time, CultureInfo.InvariantCulture), TimeSpan.Zero);
            rows = rows.Where(w => w.Time > after || w.Time == after && string.Compare(w.FactId, id) > 0);
        }

        var size = PageTokens.SizeOf(request.PageSize);
        var page = await rows.OrderBy(w => w.Time).ThenBy(w => w.FactId).Take(size + 1).ToListAsync(context.CancellationToken);
        ListParkedMessagesResponse response = new() { Messages = { page.Take(size).Select(row => Message(request.Service, row)) } };
        if (page.Count > size) response.NextPageToken = pages.Write(request, page[size - 1].Time.UtcTicks.ToString(CultureInfo.InvariantCulture), page[size - 1].FactId);
        return response;
    }

    /// <inheritdoc/>
    public override async Task<ReplayParkedMessageResponse> ReplayParkedMessage(ReplayParkedMessageRequest request, ServerCallContext context)
    {
        ReplayParkedMessageResponse done = new() { Replayed = true };
        return await parked.ReplayAsync(request.Service, request.FactId, caller.Caller, request.Reason, db => db.AddAnswer(caller, done), context.CancellationToken)
            ? Kept(done)
            : await databases.Of(request.Service, scope).AnswerAsync(new ReplayParkedMessageResponse(), context.CancellationToken);
    }

    /// <inheritdoc/>
    public override async Task<SetAsideParkedMessageResponse> SetAsideParkedMessage(SetAsideParkedMessageRequest request, ServerCallContext context)
    {
        SetAsideParkedMessageResponse done = new() { SetAside = true };
        return await parked.SetAsideAsync(request.Service, request.FactId, caller.Caller, request.Reason, db => db.AddAnswer(caller, done), context.CancellationToken)
            ? Kept(done)
            : await databases.Of(request.Service, scope).AnswerAsync(new SetAsideParkedMessageResponse(), context.CancellationToken);
    }

    /// <inheritdoc/>
    public override async Task<ListPublishedFactsResponse> ListPublishedFacts(ListPublishedFactsRequest request, ServerCallContext context)
    {
        List<Refusal> refusals = [];
        var from = request.FromTime.Read("from_time").OrAdd(refusals);
        var to = request.ToTime.Read("to_time").OrAdd(refusals);
        refusals.ThrowIfAny();
        var query = databases.Of(request.Service, scope).List<FactRow>().From(nameof(FactRow.Time), from).Before(nameof(FactRow.Time), to);
        var (rows, next) = await pages.ReadAsync(request, query.By(nameof(FactRow.Position)), context.CancellationToken);
        return new ListPublishedFactsResponse { Facts = { rows.Select(Published) }, NextPageToken = next };
    }

    /// <inheritdoc/>
    public override async Task<CheckReceiptsResponse> CheckReceipts(CheckReceiptsRequest request, ServerCallContext context)
    {
        if (request.Facts.Count > FactsMax)
            throw new RefusedException(Refusal.Invalid("facts", "TOO_MANY_FACTS", $"At most {FactsMax} facts at a time.").With("maximum", FactsMax).With("given", request.Facts.Count));
        return new CheckReceiptsResponse { Receipts = { await Receipts.OfAsync(databases.Of(request.Service, scope), table, request.Publisher, request.Facts, context.CancellationToken) } };
    }

    // It was saved with what it answers, in the handler's scope: a repeated call finds both or neither.
    T Kept<T>(T answer)
    {
        caller.Call!.Answered = true;
        return answer;
    }

    Wire.ParkedMessage Message(string service, WaitingRow row)
    {
        // Of an orphan nothing is left but what it did.
        var fact = row.Envelope is "" ? null : FactWaits.Read(row);
        return new Wire.ParkedMessage
        {
            FactId = row.FactId,
            Handler = table.Of(service, row.Publisher).GetValueOrDefault(row.Type)?.Handler ?? "",
            Source = row.Publisher,
            Type = row.Type,
            Subject = fact?.Subject ?? "",
            State = System.Enum.Parse<ParkedState>(row.State.ToString()),
            Reason = row.Reason,
            Tries = row.Tries,
            FactTime = fact?.Time.ToTimestamp(),
            FailTime = row.Time.ToTimestamp(),
            ResolveTime = row.ResolvedTime?.ToTimestamp(),
            ResolvedBy = row.ResolvedBy ?? "",
            ResolveReason = row.ResolveReason ?? "",
        };
    }

    static PublishedFact Published(FactRow row) => new()
    {
        FactId = row.Id,
        Type = row.Type,
        Subject = row.Subject,
        Time = row.Time.ToTimestamp(),
        DataHash = row.DataHash,
        RecomputedHash = Fact.HashOf(row.Data),
        CorrelationId = row.CorrelationId,
    };

    static double Age(DateTimeOffset now, DateTimeOffset? oldest) => oldest is { } time ? Math.Max(0, (now - time).TotalSeconds) : 0;
}
