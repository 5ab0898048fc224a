using Doseline.Kernel.Decay;
using Doseline.Platform.Auth;
using Doseline.Platform.Signing;
using Doseline.Quality.Data;
using Doseline.Quality.Domain;
using Doseline.Quality.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Activity = Doseline.Common.V1.CalibratedActivity;

namespace Doseline.Quality.Api;

/// <summary>Writes certificates of analysis from results, never from what somebody types; a late result makes a new version.</summary>
public sealed class AnalysisDocuments(QualityDb db, KeyStore keys)
{
    /// <summary>Writes the next version for a dose that is being released.</summary>
    public async Task IssueAsync(BatchRow batch, DoseRow dose, SpecificationRow judge, ReleaseCertificate certificate, CancellationToken cancel)
    {
        var (results, deviations, earlier, investigations) =
            await db.LoadAsync(db.ResultsOf(batch.Id), db.DeviationsOf(batch.Id), db.All<AnalysisRow>(nameof(AnalysisRow.DoseId), dose.Id), db.InvestigationsOf(batch.Id), cancel);
        var lots = await db.List<TraceLinkRow>().Is(nameof(TraceLinkRow.BatchId), batch.Id).Is(nameof(TraceLinkRow.Kind), TraceKind.Lot).By(nameof(TraceLinkRow.ThingId)).ReadAsync(null, cancel);
        var concluded = investigations.Conclusions();
        var version = earlier.Count + 1;
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
            Lines = { SpecificationBook.Read(judge.Tests).Select(t => LineOf(t, results, concluded, batch, judge, dose.Id)) },
            MaterialLotIds = { lots.Select(l => l.ThingId).Distinct(StringComparer.Ordinal) },
            DeviationIds = { deviations.Where(d => d.DoseId is "" || d.DoseId == dose.Id).OrderBy(d => d.OpenedTime).Select(d => d.Id) },
            CertificateId = certificate.CertificateId,
            SignerName = certificate.SignerName,
            ReleaseTime = certificate.ReleaseTime,
            IssueTime = Timestamp.FromDateTimeOffset(db.Now),
        };
        SignedDocument.Sign(document, keys.Signing(ReleaseCertificateCheck.KeyName));
        db.Put(new AnalysisRow { Id = document.AnalysisId, DoseId = dose.Id, AnalysisVersion = version, Document = JsonFormatter.Default.Format(document) });
    }

    /// <summary>Writes the next version for the doses of a batch that were released before a result came.</summary>
    /// <param name="batch">Batch.</param>
    /// <param name="judge">Its specification.</param>
    /// <param name="doseId">Dose of the result; empty for the whole batch.</param>
    /// <param name="cancel">Cancels.</param>
    public async Task RefreshAsync(BatchRow batch, SpecificationRow judge, string doseId, CancellationToken cancel)
    {
        List<DoseRow> doses = [.. (await db.LoadAsync(db.DosesOf(batch.Id), cancel)).Where(d => doseId is "" || d.Id == doseId)];
        var issued = (await db.LoadAsync(db.All<AnalysisRow>(nameof(AnalysisRow.DoseId), doses.Select(d => d.Id)), cancel)).ToLookup(a => a.DoseId, StringComparer.Ordinal);
        foreach (var dose in doses)
        {
            if (issued[dose.Id].MaxBy(a => a.AnalysisVersion) is not { } last) continue;
            var before = CertificateOfAnalysis.Parser.ParseJson(last.Document);
            var certificate = await db.LoadAsync<CertificateRow>(cancel, before.CertificateId);
            await IssueAsync(batch, dose, judge, ReleaseCertificate.Parser.ParseJson(certificate!.Document), cancel);
        }
    }

    static AnalysisLine LineOf(SpecTest test, List<ResultRow> results, Dictionary<string, OosConclusion> concluded, BatchRow batch, SpecificationRow judge, string doseId)
    {
        var own = results.Where(r => r.TestCode == test.Code && r.DoseId == (test.On is TestedOn.Dose ? doseId : "")).ToList();
        AnalysisLine line = new()
        {
            TestCode = test.Code, Name = test.Name, Method = test.Method, LimitText = test.LimitText, Unit = test.Unit, Status = AnalysisStatus.Pending,
            SpecificationId = judge.Id, SpecificationVersion = judge.SpecVersion, Lot = batch.BatchNumber,
        };
        if (own.Counting(concluded) is not { } last) return line;
        line.ResultId = last.Id;
        line.Value = last.RawValue;
        line.Status = last.Finding is Finding.Pass ? AnalysisStatus.Pass : AnalysisStatus.OutOfSpecification;
        line.AnalystName = last.AnalystName;
        line.MeasureTime = Timestamp.FromDateTimeOffset(last.MeasuredTime);
        line.RepeatCount = own.Count - 1;
        return line;
    }
}
