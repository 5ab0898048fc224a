using Doseline.Kernel.Decay;
using Doseline.Platform.Auth;
using Doseline.Platform.Signing;
using Doseline.Quality.Data;
using Doseline.Quality.Domain;
using Doseline.Quality.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.EntityFrameworkCore;
using Activity = Doseline.Common.V1.CalibratedActivity;

namespace Doseline.Quality.Api;

/// <summary>Writes certificates of analysis from results, never from what somebody types; a late result makes a new version.</summary>
public sealed class AnalysisDocuments(QualityDb db, KeyStore keys)
{
    /// <summary>Writes the next version for a dose that is being released.</summary>
    public async Task IssueAsync(BatchRow batch, DoseRow dose, SpecificationRow judge, ReleaseCertificate certificate, CancellationToken cancel)
    {
        var results = await db.Results.AsNoTracking().Where(r => r.BatchId == batch.Id && (r.DoseId == "" || r.DoseId == dose.Id)).ToListAsync(cancel);
        var deviations = await db.Deviations.AsNoTracking().Where(d => d.BatchId == batch.Id && (d.DoseId == "" || d.DoseId == dose.Id))
            .OrderBy(d => d.OpenedTime).ThenBy(d => d.Id).Select(d => d.Id).ToListAsync(cancel);
        var version = 1 + await db.Analyses.CountAsync(a => a.DoseId == dose.Id, cancel);
        var measured = dose.Measured is "" ? null : Activity.Parser.ParseJson(dose.Measured);
        CertificateOfAnalysis document = new()
        {
            AnalysisId = db.Ids.New(),
            AnalysisVersion = version,
            DoseId = dose.Id,
            BatchId = batch.Id,
            BatchNumber = batch.BatchNumber,
            SiteId = dose.SiteId,
            ProductCode = dose.ProductCode,
            ProductName = judge.ProductName,
            DosageForm = judge.DosageForm,
            Measured = measured,
            VolumeMl = dose.VolumeMl,
            ConcentrationBqPerMl = measured is null || !(dose.VolumeMl > 0) ? 0 : measured.ActivityBq / dose.VolumeMl,
            HalfLifeSeconds = measured is null ? 0 : NuclideData.ForVersion(measured.DataVersion)?.Find(measured.Nuclide)?.HalfLifeSeconds ?? 0,
            ExpireTime = Timestamp.FromDateTimeOffset(dose.ExpireTime),
            SpecificationId = judge.Id,
            SpecificationVersion = judge.SpecVersion,
            Lines = { SpecificationBook.Read(judge.Tests).Select(t => LineOf(t, results, dose.Id)) },
            DeviationIds = { deviations },
            CertificateId = certificate.CertificateId,
            SignerName = certificate.SignerName,
            ReleaseTime = certificate.ReleaseTime,
            IssueTime = Timestamp.FromDateTimeOffset(db.Now),
        };
        SignedDocument.Sign(document, keys.Signing(ReleaseCertificateCheck.KeyName));
        db.Analyses.Add(new AnalysisRow { Id = document.AnalysisId, DoseId = dose.Id, AnalysisVersion = version, Document = JsonFormatter.Default.Format(document) });
    }

    /// <summary>Writes the next version for the doses of a batch that were released before a result came; the result is saved already.</summary>
    /// <param name="batch">Batch.</param>
    /// <param name="judge">Its specification.</param>
    /// <param name="doseId">Dose of the result; empty for the whole batch.</param>
    /// <param name="cancel">Cancels.</param>
    public async Task RefreshAsync(BatchRow batch, SpecificationRow judge, string doseId, CancellationToken cancel)
    {
        var issued = await db.Analyses.AsNoTracking().Where(a => db.Doses.Any(d => d.Id == a.DoseId && d.BatchId == batch.Id && (doseId == "" || d.Id == doseId)))
            .ToListAsync(cancel);
        foreach (var last in issued.GroupBy(a => a.DoseId, StringComparer.Ordinal).Select(g => g.MaxBy(a => a.AnalysisVersion)!))
        {
            var before = CertificateOfAnalysis.Parser.ParseJson(last.Document);
            var certificate = await db.Certificates.AsNoTracking().FirstAsync(c => c.Id == before.CertificateId, cancel);
            var dose = (await db.Doses.FindAsync([last.DoseId], cancel))!;
            await IssueAsync(batch, dose, judge, ReleaseCertificate.Parser.ParseJson(certificate.Document), cancel);
        }
    }

    static AnalysisLine LineOf(SpecTest test, List<ResultRow> results, string doseId)
    {
        var own = results.Where(r => r.TestCode == test.Code && r.DoseId == (test.On is TestedOn.Dose ? doseId : "")).OrderBy(r => r.Attempt).ToList();
        AnalysisLine line = new() { TestCode = test.Code, Name = test.Name, Method = test.Method, LimitText = test.LimitText, Unit = test.Unit, Status = AnalysisStatus.Pending };
        if (own is not [.., var last]) return line;
        line.ResultId = last.Id;
        line.Value = last.RawValue;
        line.Status = last.Finding is Finding.Pass ? AnalysisStatus.Pass : AnalysisStatus.OutOfSpecification;
        line.AnalystName = last.AnalystName;
        line.MeasureTime = Timestamp.FromDateTimeOffset(last.MeasuredTime);
        line.RepeatCount = own.Count - 1;
        return line;
    }
}
