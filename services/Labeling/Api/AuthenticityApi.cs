using Doseline.Kernel.Rules;
using Doseline.Labeling.Data;
using Doseline.Labeling.Domain;
using Doseline.Labeling.V1;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Labeling.Api;

/// <summary>Serves <see cref="AuthenticityService"/>: one look at an index answers, for somebody stands beside a patient and waits.</summary>
public sealed class AuthenticityApi(LabelingDb db) : AuthenticityService.AuthenticityServiceBase
{
    /// <inheritdoc/>
    public override async Task<CheckAuthenticityResponse> CheckAuthenticity(CheckAuthenticityRequest request, ServerCallContext context)
    {
        List<Refusal> refusals = [];
        refusals.RequireText(request.Scan, "scan");
        refusals.ThrowIfAny();

        var scan = Scan.Parse(request.Scan);
        if (!scan.Accepted && AuthenticityRules.Unread(scan.Refusals[0]) is var unread) return new CheckAuthenticityResponse { Authenticity = Wire(unread.Verdict), ReasonCode = unread.Code, Reason = unread.Reason };
        var read = scan.OrThrow();
        var label = AuthenticityRules.SerialOf(read) is { } serial ? await FindAsync(serial, context.CancellationToken) : null;
        var verdict = AuthenticityRules.Judge(read, label?.Standing);
        var response = new CheckAuthenticityResponse { Authenticity = Wire(verdict.Verdict), ReasonCode = verdict.Code, Reason = verdict.Reason };
        if (label is null || verdict.Code is "LABEL_MISMATCH") return response;

        var expire = label.Content.ExpireTimes[0].Time;
        (response.ProductCode, response.BatchNumber) = (label.Content.Fields["product_code"], label.Content.Fields["batch_number"]);
        (response.ExpireTime, response.Expired) = (expire, expire.ToDateTimeOffset() < db.Now);
        return response;
    }

    async Task<Known?> FindAsync(string serial, CancellationToken cancel)
    {
        var row = await db.Labels.AsNoTracking().Where(l => l.Serial == serial)
            .Select(l => new { l.Content, l.Fate, Dose = db.Doses.FirstOrDefault(d => d.Id == l.DoseId) }).FirstOrDefaultAsync(cancel);
        if (row is null) return null;
        var content = LabelContent.Parser.ParseJson(row.Content);
        return new Known(content, new LabelStanding(ElementString.Parse(content.ElementData).OrThrow(), row.Fate, row.Dose?.Disposition ?? QualityStatus.None, row.Dose?.LostCause ?? ""));
    }

    static Authenticity Wire(LabelVerdict verdict) => verdict switch
    {
        LabelVerdict.Valid => Authenticity.Valid,
        LabelVerdict.Recalled => Authenticity.Recalled,
        LabelVerdict.Unreadable => Authenticity.Unreadable,
        _ => Authenticity.Invalid,
    };

    sealed record Known(LabelContent Content, LabelStanding Standing);
}
