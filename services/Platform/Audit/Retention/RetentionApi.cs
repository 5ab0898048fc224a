using System.Diagnostics.CodeAnalysis;
using Doseline.Audit.V1;
using Doseline.Kernel.Rules;
using Doseline.Platform.Data;
using Doseline.Platform.Messaging;
using Doseline.Platform.Rpc;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Platform.Audit.Retention;

/// <summary>Retention classes, legal holds, and what a purge would do, in the services hosted here.</summary>
public sealed class RetentionApi(DatabaseTable databases, IServiceProvider scope, RequestContext caller, RetentionOptions options, MessagingOptions messaging, PageTokens pages) : RetentionService.RetentionServiceBase
{
    const string Never = "GxP records and their trail are never deleted by the platform.";

    /// <inheritdoc/>
    public override Task<GetRetentionScheduleResponse> GetRetentionSchedule(GetRetentionScheduleRequest request, ServerCallContext context) =>
        Task.FromResult(new GetRetentionScheduleResponse
        {
            DataVersion = RetentionTable.Current.Version,
            Classes = { RetentionTable.Current.Classes.OrderBy(c => c.Code, StringComparer.Ordinal).Select(ToWire) },
        });

    /// <inheritdoc/>
    public override async Task<CheckRetentionResponse> CheckRetention(CheckRetentionRequest request, ServerCallContext context)
    {
        caller.Caller.RequireSite(Auth.Caller.AllSites);
        var cancel = context.CancellationToken;
        var db = databases.Of(request.Service, scope);
        var resource = $"{request.Service}/{request.Entity}/{request.EntityId}";
        var changed = await db.AuditTrail.Where(r => r.Entity == request.Entity && r.EntityId == request.EntityId).OrderByDescending(r => r.Version).Select(r => (DateTimeOffset?)r.Time).FirstOrDefaultAsync(cancel)
            ?? throw new RefusedException(Refusal.Missing(resource, "RECORD_UNKNOWN", $"The trail of {request.Service} knows no such record."));
        var holds = await Open(db).Where(h => h.Entity == "" || (h.Entity == request.Entity && (h.EntityId == "" || h.EntityId == request.EntityId))).Select(h => h.Id).ToListAsync(cancel);
        var recordClass = RetentionTable.Current.ClassOf(request.Service, request.Entity);
        var until = RetentionRules.MayLeave(resource, recordClass, options.KeepMonths, changed, holds, db.Now).OrThrow();
        return new CheckRetentionResponse { RetentionClass = ToWire(recordClass), ChangeTime = changed.ToTimestamp(), KeepUntilTime = until.ToTimestamp() };
    }

    /// <inheritdoc/>
    public override async Task<PlaceLegalHoldResponse> PlaceLegalHold(PlaceLegalHoldRequest request, ServerCallContext context)
    {
        var db = databases.Of(request.Service, scope);
        List<Refusal> refusals = [];
        RequireReason(request.Reason, refusals);
        if (request.Entity is "" && request.EntityId is not "") refusals.Add(Refusal.Invalid("entity", "ENTITY_MISSING", "A record is named by its table and its key."));
        if (request.Entity is not "" && !AuditedTable.Of(db).ContainsKey(request.Entity))
        {
            refusals.Add(Refusal.Invalid("entity", "ENTITY_UNKNOWN", $"{request.Entity} is no table of records of {request.Service}.")
                .With("entities", string.Join(',', AuditedTable.Of(db).Keys.Order(StringComparer.Ordinal))));
        }

        refusals.ThrowIfAny();
        LegalHoldRow hold = new()
        {
            Id = db.Ids.New(), Entity = request.Entity, EntityId = request.EntityId, Reason = request.Reason, PlacedBy = caller.Caller.Subject, PlaceTime = db.Now, Version = 0,
        };
        db.Add(hold);
        // The version is counted by the save, which the answer is part of.
        var answer = hold.ToWire();
        answer.Version = 1;
        return await db.AnswerAsync(new PlaceLegalHoldResponse { Hold = answer }, context.CancellationToken);
    }

    /// <inheritdoc/>
    public override async Task<LiftLegalHoldResponse> LiftLegalHold(LiftLegalHoldRequest request, ServerCallContext context)
    {
        var db = databases.Of(request.Service, scope);
        List<Refusal> refusals = [];
        RequireReason(request.Reason, refusals);
        refusals.ThrowIfAny();
        var resource = $"legal_holds/{request.HoldId}";
        var hold = await db.LegalHolds.FirstOrDefaultAsync(h => h.Id == request.HoldId, context.CancellationToken)
            ?? throw new RefusedException(Refusal.Missing(resource, "HOLD_UNKNOWN", $"{request.Service} has no legal hold {request.HoldId}."));
        if (hold.LiftTime is { } lifted) refusals.Add(Refusal.State(resource, "HOLD_LIFTED", $"It was lifted by {hold.LiftedBy}.").With("lift_time", lifted));
        if (hold.Version != request.Version) refusals.Add(Refusal.Stale(resource, request.Version, hold.Version));
        refusals.ThrowIfAny();
        (hold.LiftedBy, hold.LiftTime, hold.LiftReason) = (caller.Caller.Subject, db.Now, request.Reason);
        var answer = hold.ToWire();
        answer.Version++;
        return await db.AnswerAsync(new LiftLegalHoldResponse { Hold = answer }, context.CancellationToken);
    }

    /// <inheritdoc/>
    public override async Task<ListLegalHoldsResponse> ListLegalHolds(ListLegalHoldsRequest request, ServerCallContext context)
    {
        var query = databases.Of(request.Service, scope).List<LegalHoldRow>().ByLast(nameof(LegalHoldRow.PlaceTime), nameof(LegalHoldRow.Id));
        if (!request.WithLifted) query.IsNull(nameof(LegalHoldRow.LiftTime));
        var (rows, next) = await pages.ReadAsync(request, query, context.CancellationToken);
        return new ListLegalHoldsResponse { Holds = { rows.Select(h => h.ToWire()) }, NextPageToken = next };
    }

    /// <inheritdoc/>
    [SuppressMessage("Security", "EF1002", Justification = "The statement is made of a table's name in the model.")]
    public override async Task<PreviewPurgeResponse> PreviewPurge(PreviewPurgeRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var db = databases.Of(request.Service, scope);
        var held = await MessagePurge.IsHeldAsync(db, cancel) ? "A legal hold covers the messages of the service." : "";
        var (seen, asked) = (db.Now - messaging.KeepInbox, db.Now - messaging.KeepRequests);
        PreviewPurgeResponse response = new()
        {
            Lines =
            {
                Line("inbox", await db.Inbox.LongCountAsync(cancel), await db.Inbox.LongCountAsync(r => r.Time < seen, cancel), seen),
                Line("requests", await db.Requests.LongCountAsync(cancel), await db.Requests.LongCountAsync(r => r.Time < asked, cancel), asked),
            },
        };
        foreach (var table in AuditedTable.Of(db).Keys.Order(StringComparer.Ordinal).Concat(["facts", "audit", "audit_leaves", "audit_nodes", "audit_heads", "signatures"]))
            response.Lines.Add(new PurgeLine { Table = table, RowCount = await db.Database.SqlQueryRaw<long>($"SELECT COUNT(*) AS \"Value\" FROM {table}").SingleAsync(cancel), KeptBecause = Never });
        return response;

        PurgeLine Line(string table, long rows, long removable, DateTimeOffset before) => held is ""
            ? new PurgeLine { Table = table, RowCount = rows, RemovableCount = removable, BeforeTime = before.ToTimestamp() }
            : new PurgeLine { Table = table, RowCount = rows, KeptBecause = held };
    }

    static IQueryable<LegalHoldRow> Open(ServiceDb db) => db.LegalHolds.AsNoTracking().Where(h => h.LiftTime == null);

    static void RequireReason(string reason, List<Refusal> refusals)
    {
        if (string.IsNullOrWhiteSpace(reason)) refusals.Add(Refusal.Invalid("reason", "REASON_MISSING", "A hold is placed and lifted for a reason that is written down."));
    }

    RetentionClass ToWire(RecordClass recordClass) => new()
    {
        Code = recordClass.Code,
        Title = recordClass.Title,
        MonthsMin = recordClass.MonthsMin,
        StartsWith = recordClass.StartsWith,
        MonthsKept = RetentionRules.MonthsKept(recordClass, options.KeepMonths),
        Basis = recordClass.Basis,
        Trust = recordClass.Trust,
        Tables = { recordClass.Tables },
    };
}
