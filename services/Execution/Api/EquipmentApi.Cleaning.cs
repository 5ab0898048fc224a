using Doseline.Execution.Data;
using Doseline.Execution.V1;
using Doseline.Kernel.Rules;
using Doseline.Platform.Rpc;
using Grpc.Core;
using Cleaning = Doseline.Execution.Domain.Upkeep.Cleaning;
using CleaningRule = Doseline.Execution.Domain.Upkeep.CleaningRule;
using CleaningRules = Doseline.Execution.Domain.Upkeep.CleaningRules;
using EquipmentEvent = Doseline.Execution.Domain.Upkeep.EquipmentEvent;
using EquipmentState = Doseline.Execution.Domain.EquipmentState;
using UseChange = Doseline.Execution.Domain.Upkeep.UseChange;

namespace Doseline.Execution.Api;

public sealed partial class EquipmentApi
{
    /// <inheritdoc/>
    public override async Task<RecordCleaningResponse> RecordCleaning(RecordCleaningRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var file = await CellFile.OpenAsync(db, request.EquipmentId, cancel);
        var row = file.Cell;
        CleaningRules.AgainstCleaning(row.ToDomain(), file.Contents, request.Level, request.Procedure).ThrowIfAny();
        var caller = db.Request.Caller;
        row.State = EquipmentState.Clean;
        row.Cleaning = Stored.WriteOne(new Cleaning(request.Level, request.Procedure, db.Now, caller.Subject, caller.Name));
        db.Log(row, EquipmentEvent.Cleaned, $"level {request.Level} by {request.Procedure}{(request.Note is "" ? "" : $": {request.Note}")}");
        return await db.AnswerAsync(new RecordCleaningResponse { Equipment = await SentAsync(row, cancel) }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<PutCleaningRulesResponse> PutCleaningRules(PutCleaningRulesRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var sent = request.Rules ?? throw new RefusedException(Refusal.Invalid("rules", "FIELD_REQUIRED", "rules is required."));
        var rules = new CleaningRules(sent.SiteId, [.. sent.Rules.Select(r => new CleaningRule((UseChange)(int)r.Change, r.Level))], sent.ValidFor?.ToTimeSpan(), sent.Source).Check().OrThrow();
        db.Request.Caller.RequireSite(rules.SiteId);
        var row = await db.LoadAsync<CleaningRulesRow>(cancel, rules.SiteId);
        if ((row?.Version ?? 0) != sent.Etag) throw new RefusedException(Refusal.Stale($"sites/{rules.SiteId}/cleaning-rules", sent.Etag, row?.Version ?? 0));
        row ??= db.Put(new CleaningRulesRow { SiteId = rules.SiteId, Rules = "[]", Source = "" });
        (row.Rules, row.ValidForSeconds, row.Source) = (Stored.Write(rules.Rules), rules.ValidFor?.TotalSeconds, rules.Source);
        return await db.AnswerAsync(new PutCleaningRulesResponse { Rules = RulesOf(row, db.VersionAfter(row)) }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<GetCleaningRulesResponse> GetCleaningRules(GetCleaningRulesRequest request, ServerCallContext context) =>
        new() { Rules = await db.LoadAsync<CleaningRulesRow>(context.CancellationToken, request.SiteId) is { } row ? RulesOf(row, row.Version) : null };

    /// <inheritdoc/>
    public override async Task<ListEquipmentLogResponse> ListEquipmentLog(ListEquipmentLogRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var equipment = await FindAsync(request.EquipmentId, cancel);
        db.Request.Caller.RequireSite(equipment.SiteId);
        var query = db.List<EquipmentLogRow>().Is(nameof(EquipmentLogRow.EquipmentId), equipment.Id).ByLast(nameof(EquipmentLogRow.Position));
        var (rows, next) = await pageTokens.ReadAsync(request, query, cancel);
        return new ListEquipmentLogResponse
        {
            Entries =
            {
                rows.Select(e => new EquipmentLogEntry
                {
                    EntryId = e.Id, Event = (V1.EquipmentEvent)(int)e.Event, Text = e.Text, ReferenceId = e.ReferenceId, EntryTime = e.Time.ToWire(), DoneBy = e.DoneByName,
                }),
            },
            NextPageToken = next,
        };
    }

    static V1.CleaningRules RulesOf(CleaningRulesRow row, long etag)
    {
        var rules = row.ToDomain();
        return new V1.CleaningRules
        {
            SiteId = rules.SiteId,
            Rules = { rules.Rules.Select(r => new V1.CleaningRule { Change = (V1.UseChange)(int)r.Change, Level = r.Level }) },
            ValidFor = rules.ValidFor is { } span ? Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(span) : null,
            Source = rules.Source,
            Etag = etag,
        };
    }
}
