using System.Globalization;
using Doseline.Kernel.Rules;
using Doseline.Operations.V1;
using Doseline.Platform.Data;
using Doseline.Platform.Messaging;
using Doseline.Platform.Messaging.Delivery;
using Doseline.Platform.Rpc;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Wire = Doseline.Operations.V1;

namespace Doseline.Platform.Operations;

/// <summary>How facts stand in the services hosted here, and what a person may do about one that could not be handled.</summary>
public sealed class MessagesApi(
    DatabaseTable databases, IServiceProvider scope, RequestContext caller, ParkedMessages parked, FactDispatcher dispatcher, PageTokens pages) : MessagesService.MessagesServiceBase
{
    const int FactsMax = PageTokens.SizeMax;

    /// <inheritdoc/>
    public override async Task<GetMessageStatusResponse> GetMessageStatus(GetMessageStatusRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var db = databases.Of(request.Service, scope);
        var oldest = await db.Outbox.Where(r => r.SentTime == null).MinAsync(r => (DateTimeOffset?)r.Time, cancel);
        var waiting = await db.Parked.AsNoTracking().Where(r => r.ResolvedTime == null).Select(r => new { r.State, r.Time }).ToListAsync(cancel);
        var forPeople = waiting.Where(r => r.State is WaitState.Parked).ToList();
        return new GetMessageStatusResponse
        {
            PublishedCount = await db.Outbox.LongCountAsync(cancel),
            UnsentCount = await db.Outbox.LongCountAsync(r => r.SentTime == null, cancel),
            OldestUnsentSeconds = Age(db.Now, oldest),
            RetryingCount = waiting.Count - forPeople.Count,
            ParkedCount = forPeople.Count,
            OldestParkedSeconds = Age(db.Now, forPeople.Select(r => (DateTimeOffset?)r.Time).Min()),
        };
    }

    /// <inheritdoc/>
    public override async Task<ListParkedMessagesResponse> ListParkedMessages(ListParkedMessagesRequest request, ServerCallContext context)
    {
        var rows = databases.Of(request.Service, scope).Parked.AsNoTracking().Where(r => (r.ResolvedTime != null) == request.Resolved);
        if (request.Handler is { Length: > 0 } handler) rows = rows.Where(r => r.Handler == handler);
        if (pages.Read(request) is [var seq])
        {
            var after = long.Parse(seq, CultureInfo.InvariantCulture);
            rows = rows.Where(r => r.Seq > after);
        }

        var size = PageTokens.SizeOf(request.PageSize);
        var page = await rows.OrderBy(r => r.Seq).Take(size + 1).ToListAsync(context.CancellationToken);
        ListParkedMessagesResponse response = new() { Messages = { page.Take(size).Select(Message) } };
        if (page.Count > size) response.NextPageToken = pages.Write(request, page[size - 1].Seq.ToString(CultureInfo.InvariantCulture));
        return response;
    }

    /// <inheritdoc/>
    public override async Task<ReplayParkedMessageResponse> ReplayParkedMessage(ReplayParkedMessageRequest request, ServerCallContext context)
    {
        RequireOwn(request.Service, request.FactId, request.Handler);
        ReplayParkedMessageResponse done = new() { Replayed = true };
        return await parked.ReplayAsync(request.FactId, request.Handler, caller.Caller, request.Reason, db => db.AddAnswer(caller, done), context.CancellationToken)
            ? Kept(done)
            : await databases.Of(request.Service, scope).AnswerAsync(new ReplayParkedMessageResponse(), context.CancellationToken);
    }

    /// <inheritdoc/>
    public override async Task<SetAsideParkedMessageResponse> SetAsideParkedMessage(SetAsideParkedMessageRequest request, ServerCallContext context)
    {
        RequireOwn(request.Service, request.FactId, request.Handler);
        SetAsideParkedMessageResponse done = new() { SetAside = true };
        return await parked.SetAsideAsync(request.FactId, request.Handler, caller.Caller, request.Reason, db => db.AddAnswer(caller, done), context.CancellationToken)
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
        var rows = databases.Of(request.Service, scope).Outbox.AsNoTracking().Where(r => r.Time >= from && r.Time < to);
        if (pages.Read(request) is [var seq])
        {
            var after = long.Parse(seq, CultureInfo.InvariantCulture);
            rows = rows.Where(r => r.Seq > after);
        }

        var size = PageTokens.SizeOf(request.PageSize);
        var page = await rows.OrderBy(r => r.Seq).Take(size + 1).ToListAsync(context.CancellationToken);
        ListPublishedFactsResponse response = new() { Facts = { page.Take(size).Select(Published) } };
        if (page.Count > size) response.NextPageToken = pages.Write(request, page[size - 1].Seq.ToString(CultureInfo.InvariantCulture));
        return response;
    }

    /// <inheritdoc/>
    public override async Task<CheckReceiptsResponse> CheckReceipts(CheckReceiptsRequest request, ServerCallContext context)
    {
        if (request.Facts.Count > FactsMax)
            throw new RefusedException(Refusal.Invalid("facts", "TOO_MANY_FACTS", $"At most {FactsMax} facts at a time.").With("maximum", FactsMax).With("given", request.Facts.Count));
        return new CheckReceiptsResponse { Receipts = { await Receipts.OfAsync(databases.Of(request.Service, scope), dispatcher, request.Publisher, request.Facts, context.CancellationToken) } };
    }

    // It was saved with what it answers, in the handler's scope: a repeated call finds both or neither.
    T Kept<T>(T answer)
    {
        caller.Call!.Answered = true;
        return answer;
    }

    // The answer is stored where the handler is, so the service asked must be the handler's.
    static void RequireOwn(string service, string factId, string handler)
    {
        if (!handler.StartsWith(service + ".", StringComparison.Ordinal))
            throw new RefusedException(Refusal.Missing($"facts/{factId}", "FACT_NOT_PARKED", $"{service} has no handler {handler}.").With("handler", handler));
    }

    static Wire.ParkedMessage Message(ParkedRow row)
    {
        var fact = FactDelivery.Read(row);
        return new Wire.ParkedMessage
        {
            FactId = row.FactId,
            Handler = row.Handler,
            Source = fact.Source,
            Type = fact.Type,
            Subject = row.Subject,
            State = row.State switch
            {
                WaitState.Retrying => ParkedState.Retrying,
                WaitState.Behind => ParkedState.Behind,
                WaitState.Parked => ParkedState.Parked,
                WaitState.Replayed => ParkedState.Replayed,
                WaitState.SetAside => ParkedState.SetAside,
                _ => ParkedState.Unspecified,
            },
            Reason = row.Reason,
            Tries = row.Tries,
            FactTime = fact.Time.ToTimestamp(),
            FailTime = row.Time.ToTimestamp(),
            ResolveTime = row.ResolvedTime?.ToTimestamp(),
            ResolvedBy = row.ResolvedBy ?? "",
            ResolveReason = row.ResolveReason ?? "",
        };
    }

    static PublishedFact Published(OutboxRow row) => new()
    {
        FactId = row.Id,
        Type = row.Type,
        Subject = row.Subject,
        Time = row.Time.ToTimestamp(),
        DataHash = row.DataHash,
        RecomputedHash = Fact.HashOf(row.Data),
        CorrelationId = row.CorrelationId,
        SendTime = row.SentTime?.ToTimestamp(),
    };

    static double Age(DateTimeOffset now, DateTimeOffset? oldest) => oldest is { } time ? Math.Max(0, (now - time).TotalSeconds) : 0;
}
