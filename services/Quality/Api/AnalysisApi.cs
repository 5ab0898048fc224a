using Doseline.Kernel.Rules;
using Doseline.Quality.Data;
using Doseline.Quality.V1;
using Grpc.Core;

namespace Doseline.Quality.Api;

/// <summary>Serves <see cref="AnalysisService"/>.</summary>
public sealed class AnalysisApi(QualityDb db, OwnDoses doses) : AnalysisService.AnalysisServiceBase
{
    /// <inheritdoc/>
    public override async Task<GetCertificateOfAnalysisResponse> GetCertificateOfAnalysis(GetCertificateOfAnalysisRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var dose = await doses.FindAsync(request.DoseId, cancel);
        var rows = await db.LoadAsync(db.All<AnalysisRow>(nameof(AnalysisRow.DoseId), dose.Id), cancel);
        // Of a dose that is held or was never released only a version that was issued before can be had, and only by its number.
        if (request.AnalysisVersion == 0 && !StatusModel.MayLeave(dose.State))
        {
            throw new RefusedException(Refusal.State($"doses/{dose.Id}", "DOSE_NOT_RELEASED", $"The dose is {StatusModel.Name(dose.State)}; a certificate of analysis goes with release.")
                .With("dose_id", dose.Id).With("state", StatusModel.Name(dose.State)).With("versions_issued", rows.Count));
        }

        var row = rows.Where(a => request.AnalysisVersion == 0 || a.AnalysisVersion == request.AnalysisVersion).MaxBy(a => a.AnalysisVersion)
            ?? throw new RefusedException(Refusal.Missing($"doses/{dose.Id}/analyses/{request.AnalysisVersion}", "ANALYSIS_UNKNOWN", $"No version {request.AnalysisVersion} was issued.")
                .With("analysis_version", request.AnalysisVersion));
        return new GetCertificateOfAnalysisResponse { Analysis = CertificateOfAnalysis.Parser.ParseJson(row.Document) };
    }
}
