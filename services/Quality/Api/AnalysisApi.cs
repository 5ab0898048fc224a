using Doseline.Kernel.Rules;
using Doseline.Quality.Data;
using Doseline.Quality.Domain;
using Doseline.Quality.V1;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Quality.Api;

/// <summary>Serves <see cref="AnalysisService"/>.</summary>
public sealed class AnalysisApi(QualityDb db) : AnalysisService.AnalysisServiceBase
{
    /// <inheritdoc/>
    public override async Task<GetCertificateOfAnalysisResponse> GetCertificateOfAnalysis(GetCertificateOfAnalysisRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var dose = await db.Doses.AsNoTracking().FirstOrDefaultAsync(d => d.Id == request.DoseId, cancel)
            ?? throw new RefusedException(Refusal.Missing($"doses/{request.DoseId}", "DOSE_UNKNOWN", $"Quality knows no dose {request.DoseId}.").With("dose_id", request.DoseId));
        db.Request.Caller.RequireSite(dose.SiteId);
        var rows = db.Analyses.AsNoTracking().Where(a => a.DoseId == dose.Id);
        // Of a dose that is held or was never released only a version that was issued before can be had, and only by its number.
        if (request.AnalysisVersion == 0 && dose.State is not DispositionState.Released)
        {
            throw new RefusedException(Refusal.State($"doses/{dose.Id}", "DOSE_NOT_RELEASED", $"The dose is {DispositionRules.Name(dose.State)}; a certificate of analysis goes with release.")
                .With("dose_id", dose.Id).With("state", DispositionRules.Name(dose.State)).With("versions_issued", await rows.CountAsync(cancel)));
        }

        var row = await rows.Where(a => request.AnalysisVersion == 0 || a.AnalysisVersion == request.AnalysisVersion).OrderByDescending(a => a.AnalysisVersion).FirstOrDefaultAsync(cancel)
            ?? throw new RefusedException(Refusal.Missing($"doses/{dose.Id}/analyses/{request.AnalysisVersion}", "ANALYSIS_UNKNOWN", $"No version {request.AnalysisVersion} was issued.")
                .With("analysis_version", request.AnalysisVersion));
        return new GetCertificateOfAnalysisResponse { Analysis = CertificateOfAnalysis.Parser.ParseJson(row.Document) };
    }
}
