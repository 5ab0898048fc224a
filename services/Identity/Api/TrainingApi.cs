using System.Globalization;
using Doseline.Identity.Data;
using Doseline.Identity.Domain;
using Doseline.Identity.V1;
using Doseline.Kernel.Rules;
using Doseline.Platform.Rpc;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Identity.Api;

/// <summary>Serves <see cref="TrainingService"/>.</summary>
public sealed class TrainingApi(IdentityDb db, PageTokens pages) : TrainingService.TrainingServiceBase
{
    /// <inheritdoc/>
    public override async Task<PublishProcedureResponse> PublishProcedure(PublishProcedureRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        List<Refusal> refusals = [];
        refusals.RequireText(request.Title, "title");
        refusals.RequireText(request.Reason, "reason", 400);
        var effective = request.EffectiveTime.Read("effective_time").OrAdd(refusals);
        var last = await db.Procedures.AsNoTracking().Where(p => p.Code == request.Code).OrderByDescending(p => p.ProcedureVersion).FirstOrDefaultAsync(cancel);
        if (refusals is []) refusals.AddRange(TrainingRules.Publish(request.Code, request.ProcedureVersion, effective, last is null ? null : new(last.ProcedureVersion, last.EffectiveTime), db.Now));
        refusals.ThrowIfAny();
        ProcedureRow row = new()
        {
            Code = request.Code, ProcedureVersion = request.ProcedureVersion, Title = request.Title, EffectiveTime = effective,
            PublishedBy = db.Request.Caller.Subject, PublisherName = db.Request.Caller.Name,
        };
        db.Procedures.Add(row);
        db.Publish(row.Code, new ProcedurePublished { Code = row.Code, ProcedureVersion = request.ProcedureVersion });
        return await db.AnswerAsync(new PublishProcedureResponse { Procedure = row.ToWire() }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<RecordTrainingResponse> RecordTraining(RecordTrainingRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        List<Refusal> refusals = [];
        refusals.RequireText(request.Evidence, "evidence");
        var trained = request.TrainTime.Read("train_time").OrAdd(refusals);
        DateTimeOffset? expire = request.ExpireTime is null ? null : request.ExpireTime.Read("expire_time").OrAdd(refusals);
        if (!await db.People.AnyAsync(p => p.Id == request.PersonId && p.State == PersonState.Active, cancel))
            refusals.Add(Refusal.Missing($"people/{request.PersonId}", "PERSON_UNKNOWN", $"There is no person {request.PersonId} here.").With("person_id", request.PersonId));
        var exists = await db.Procedures.AnyAsync(p => p.Code == request.Code && p.ProcedureVersion == request.ProcedureVersion, cancel);
        if (request.TrainTime is not null) refusals.AddRange(TrainingRules.Record(request.PersonId, db.Request.Caller.Subject, exists, trained, expire, db.Now));
        refusals.ThrowIfAny();
        TrainingRow row = new()
        {
            Id = db.Ids.New(), PersonId = request.PersonId, Code = request.Code, ProcedureVersion = request.ProcedureVersion, TrainedTime = trained, ExpireTime = expire,
            Evidence = request.Evidence, RecordedBy = db.Request.Caller.Subject, RecorderName = db.Request.Caller.Name,
        };
        db.Trainings.Add(row);
        Publish(row, false);
        return await db.AnswerAsync(new RecordTrainingResponse { Training = row.ToWire(1) }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<WithdrawTrainingResponse> WithdrawTraining(WithdrawTrainingRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var row = await db.Trainings.FirstOrDefaultAsync(t => t.Id == request.TrainingId, cancel)
            ?? throw new RefusedException(Refusal.Missing($"trainings/{request.TrainingId}", "TRAINING_UNKNOWN", $"There is no training {request.TrainingId}."));
        List<Refusal> refusals = [];
        refusals.RequireText(request.Reason, "reason", 400);
        if (row.Version != request.Version) refusals.Add(Refusal.Stale($"trainings/{row.Id}", request.Version, row.Version));
        if (row.WithdrawnTime is not null) refusals.Add(Refusal.State($"trainings/{row.Id}", "TRAINING_WITHDRAWN", "This training was withdrawn before."));
        refusals.ThrowIfAny();
        row.WithdrawnTime = db.Now;
        Publish(row, true);
        return await db.AnswerAsync(new WithdrawTrainingResponse { Training = row.ToWire(row.Version + 1) }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<ListProceduresResponse> ListProcedures(ListProceduresRequest request, ServerCallContext context)
    {
        var query = db.Procedures.AsNoTracking();
        if (request.Code is { Length: > 0 } only) query = query.Where(p => p.Code == only);
        if (pages.Read(request) is [var code, var version] && long.Parse(version, CultureInfo.InvariantCulture) is var from)
            query = query.Where(p => string.Compare(p.Code, code) > 0 || (p.Code == code && p.ProcedureVersion < from));
        var size = PageTokens.SizeOf(request.PageSize);
        var rows = await query.OrderBy(p => p.Code).ThenByDescending(p => p.ProcedureVersion).Take(size + 1).ToListAsync(context.CancellationToken);
        ListProceduresResponse response = new() { Procedures = { rows.Take(size).Select(p => p.ToWire()) } };
        if (rows.Count > size) response.NextPageToken = pages.Write(request, rows[size - 1].Code, rows[size - 1].ProcedureVersion.ToString(CultureInfo.InvariantCulture));
        return response;
    }

    /// <inheritdoc/>
    public override async Task<ListTrainingsResponse> ListTrainings(ListTrainingsRequest request, ServerCallContext context)
    {
        // Identifiers are ordered by the time they were made.
        var query = db.List<TrainingRow>().IsIfAny(nameof(TrainingRow.PersonId), request.PersonId).IsIfAny(nameof(TrainingRow.Code), request.Code).ByLast(nameof(TrainingRow.Id));
        var (rows, next) = await pages.ReadAsync(request, query, context.CancellationToken);
        return new ListTrainingsResponse { Trainings = { rows.Select(t => t.ToWire(t.Version)) }, NextPageToken = next };
    }

    /// <inheritdoc/>
    public override async Task<GetTrainingMatrixResponse> GetTrainingMatrix(GetTrainingMatrixRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var procedures = (await db.Procedures.AsNoTracking().Where(p => request.Code == "" || p.Code == request.Code).ToListAsync(cancel)).GroupBy(p => p.Code, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal).ToList();
        var query = db.People.AsNoTracking().Where(p => p.State == PersonState.Active);
        if (pages.Read(request) is [var name, var id]) query = query.Where(p => string.Compare(p.Name, name) > 0 || (p.Name == name && string.Compare(p.Id, id) > 0));
        var size = PageTokens.SizeOf(request.PageSize);
        var people = await query.OrderBy(p => p.Name).ThenBy(p => p.Id).Take(size + 1).ToListAsync(cancel);
        var ids = people.Take(size).Select(p => p.Id).ToList();
        var trainings = (await db.Trainings.AsNoTracking().Where(t => ids.Contains(t.PersonId)).ToListAsync(cancel)).ToLookup(t => (t.PersonId, t.Code));
        GetTrainingMatrixResponse response = new();
        foreach (var person in people.Take(size))
        {
            foreach (var procedure in procedures)
            {
                var verdict = TrainingRules.Check([.. procedure.Select(Version)], [.. trainings[(person.Id, procedure.Key)].Select(On)], person.Confirmed, db.Now);
                response.Lines.Add(new TrainingLine
                {
                    PersonId = person.Id, PersonName = person.Name, Code = procedure.Key, ProcedureVersion = (int)verdict.InForce, TrainedVersion = (int)verdict.TrainedOn, Verdict = verdict.Standing.ToWire(),
                });
            }
        }

        if (people.Count > size) response.NextPageToken = pages.Write(request, people[size - 1].Name, people[size - 1].Id);
        return response;
    }

    /// <inheritdoc/>
    public override async Task<CheckTrainingResponse> CheckTraining(CheckTrainingRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var (subject, code) = (request.Subject, request.Code);
        var person = await db.People.AsNoTracking().Where(p => p.State == PersonState.Active && (p.Id == subject || (p.ExternalSubject != "" && p.ExternalSubject == subject))).Select(p => new { p.Id, p.Confirmed }).FirstOrDefaultAsync(cancel);
        var versions = await db.Procedures.AsNoTracking().Where(p => p.Code == code).ToListAsync(cancel);
        var trainings = person is null ? [] : await db.Trainings.AsNoTracking().Where(t => t.PersonId == person.Id && t.Code == code).ToListAsync(cancel);
        var verdict = TrainingRules.Check([.. versions.Select(Version)], [.. trainings.Select(On)], person is { Confirmed: true }, db.Now);
        return new CheckTrainingResponse { Verdict = verdict.Standing.ToWire(), ProcedureVersion = (int)verdict.InForce, TrainedVersion = (int)verdict.TrainedOn };
    }

    void Publish(TrainingRow row, bool withdrawn) =>
        db.Publish(row.PersonId, new TrainingChanged { PersonId = row.PersonId, Code = row.Code, ProcedureVersion = (int)row.ProcedureVersion, Withdrawn = withdrawn });

    static ProcedureVersion Version(ProcedureRow row) => new(row.ProcedureVersion, row.EffectiveTime);

    static TrainingOn On(TrainingRow row) => new(row.ProcedureVersion, row.ExpireTime, row.WithdrawnTime is not null);
}
