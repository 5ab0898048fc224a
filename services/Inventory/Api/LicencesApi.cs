using Doseline.Inventory.Data;
using Doseline.Inventory.V1;
using Doseline.Kernel.Rules;
using Doseline.Platform.Rpc;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using DomainLicence = Doseline.Inventory.Domain.Licence;
using DomainLine = Doseline.Inventory.Domain.LicenceLine;

namespace Doseline.Inventory.Api;

/// <summary>Licences.</summary>
public sealed partial class LicencesApi(InventoryDb db, PageTokens pageTokens) : LicencesService.LicencesServiceBase
{
    const int LinesMax = 200;

    /// <inheritdoc/>
    public override async Task<PutLicenceResponse> PutLicence(PutLicenceRequest request, ServerCallContext context)
    {
        var (sent, cancel) = (request.Licence ?? new Licence(), context.CancellationToken);
        List<Refusal> refusals = [];
        refusals.RequireText(sent.Number, "licence.number", 64);
        refusals.RequireText(sent.Jurisdiction, "licence.jurisdiction");
        if (sent.Amendment < 0) refusals.Add(Refusal.Invalid("licence.amendment", "NUMBER_NEGATIVE", "An amendment number is not negative."));
        var effective = sent.EffectiveTime.Read("licence.effective_time").OrAdd(refusals);
        var expire = sent.ExpireTime.Read("licence.expire_time").OrAdd(refusals);
        if (expire <= effective) refusals.Add(Refusal.Invalid("licence.expire_time", "PERIOD_EMPTY", "A licence ends after it starts.").With("effective_time", effective).With("expire_time", expire));
        if (sent.Lines.Count is 0 or > LinesMax) refusals.Add(Refusal.Invalid("licence.lines", "LINES_OUT_OF_RANGE", $"A licence has 1 to {LinesMax} lines.").With("count", sent.Lines.Count));
        foreach (var line in sent.Lines)
        {
            refusals.RequireText(line.LineId, "licence.lines.line_id", 64);
            refusals.RequirePositive(line.LimitBq, "licence.lines.limit_bq");
            if (line.Uses.Count is 0) refusals.Add(Refusal.Invalid("licence.lines.uses", "USES_REQUIRED", $"Line '{line.LineId}' names no use; a line authorises its uses and no other.").With("line_id", line.LineId));
            foreach (var use in line.Uses) refusals.RequireText(use, "licence.lines.uses", 64);
            if (line.Nuclide is not DomainLicence.Any && Kernel.Decay.NuclideData.Current.Find(line.Nuclide) is not { IsStable: false })
                refusals.Add(Refusal.Invalid("licence.lines.nuclide", "NUCLIDE_UNKNOWN", $"'{line.Nuclide}' is not a radioactive nuclide."));
        }

        if (sent.Lines.DistinctBy(line => line.LineId, StringComparer.Ordinal).Count() != sent.Lines.Count)
            refusals.Add(Refusal.Invalid("licence.lines.line_id", "LINE_REPEATED", "Lines of a licence have different names."));
        refusals.ThrowIfAny();
        await db.SiteAsync(sent.SiteId, cancel);
        db.Request.Caller.RequireSite(sent.SiteId);
        var known = await db.Licences.AsNoTracking().Where(r => r.SiteId == sent.SiteId && r.Number == sent.Number).ToListAsync(cancel);
        if (known.Count > 0 && known.Max(r => r.Amendment) >= sent.Amendment)
            throw new RefusedException(Refusal.State($"licences/{sent.Number}", "AMENDMENT_EXISTS", "Amendments are never changed; enter a higher one.").With("amendment_max", known.Max(r => r.Amendment)));

        LicenceRow row = new()
        {
            Id = db.Ids.New(), Number = sent.Number, Amendment = sent.Amendment, SiteId = sent.SiteId, Jurisdiction = sent.Jurisdiction,
            EffectiveTime = effective, ExpireTime = expire, Lines = Json.Write(sent.Lines.Select(ToDomain).ToArray()),
        };
        db.Put(row);
        return await db.AnswerAsync(new PutLicenceResponse { Licence = ToWire(row) }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<GetLicenceResponse> GetLicence(GetLicenceRequest request, ServerCallContext context)
    {
        var row = await db.LoadAsync<LicenceRow>(context.CancellationToken, request.LicenceId)
            ?? throw Reading.Missing($"licences/{request.LicenceId}", "LICENCE_UNKNOWN", "There is no such licence.");
        db.Request.Caller.RequireSite(row.SiteId);
        return new GetLicenceResponse { Licence = ToWire(row) };
    }

    /// <inheritdoc/>
    public override async Task<ListLicencesResponse> ListLicences(ListLicencesRequest request, ServerCallContext context)
    {
        var (size, after) = (PageTokens.SizeOf(request.PageSize), pageTokens.Read(request)?[0] ?? "");
        var rows = await db.Licences.AsNoTracking().Where(r => r.SiteId == request.SiteId).ToListAsync(context.CancellationToken);
        if (request.InForceTime is not null)
        {
            var at = request.InForceTime.Read("in_force_time").OrThrow();
            var inForce = DomainLicence.InForce(rows.Select(r => r.ToDomain()), at);
            rows = rows.FindAll(r => inForce.Any(l => l.Number == r.Number && l.Amendment == r.Amendment));
        }

        var page = rows.Where(r => string.CompareOrdinal(r.Id, after) > 0).OrderBy(r => r.Id, StringComparer.Ordinal).Take(size + 1).ToList();
        ListLicencesResponse answer = new() { Licences = { page.Take(size).Select(ToWire) } };
        if (page.Count > size) answer.NextPageToken = pageTokens.Write(request, page[size - 1].Id);
        return answer;
    }

    static DomainLine ToDomain(LicenceLine line) => new()
    {
        LineId = line.LineId, Nuclide = line.Nuclide, IncludesProgeny = line.IncludesProgeny, Forms = [.. line.Forms], Uses = [.. line.Uses],
        RoomIds = [.. line.RoomIds], LimitBq = line.LimitBq, UnityGroup = line.UnityGroup,
    };

    static Licence ToWire(LicenceRow row)
    {
        var licence = row.ToDomain();
        return new Licence
        {
            LicenceId = row.Id, Number = row.Number, Amendment = (int)row.Amendment, SiteId = row.SiteId, Jurisdiction = row.Jurisdiction,
            EffectiveTime = row.EffectiveTime.ToWire(), ExpireTime = row.ExpireTime.ToWire(),
            Lines =
            {
                licence.Lines.Select(line => new LicenceLine
                {
                    LineId = line.LineId, Nuclide = line.Nuclide, IncludesProgeny = line.IncludesProgeny, Forms = { line.Forms }, Uses = { line.Uses },
                    RoomIds = { line.RoomIds }, LimitBq = line.LimitBq, UnityGroup = line.UnityGroup,
                }),
            },
        };
    }
}
