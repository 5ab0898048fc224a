using System.Text.Json;
using Doseline.Common.V1;
using Doseline.Quality.Data;
using Doseline.Quality.Domain;
using Doseline.Quality.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Doseline.Quality.Api;

/// <summary>Outage authorisations as sent and as stored.</summary>
static class OutageWire
{
    public static OutageAuthorisation ToWire(this OutageRow row, IEnumerable<OutageDoseRow> doses, long version) => new()
    {
        AuthorisationId = row.Id,
        SiteId = row.SiteId,
        ProcedureReference = row.ProcedureReference,
        Reason = row.Reason,
        AuthoriseTime = Timestamp.FromDateTimeOffset(row.AuthorisedTime),
        ExpireTime = Timestamp.FromDateTimeOffset(row.ExpireTime),
        Signatures = { JsonSerializer.Deserialize<string[]>(row.Signatures)!.Select(SignatureManifestation.Parser.ParseJson) },
        ReconcileTime = Words.Time(row.ReconciledTime),
        Conclusion = row.Conclusion,
        Reconciliation = row.Reconciliation is null ? null : SignatureManifestation.Parser.ParseJson(row.Reconciliation),
        Version = version,
        Doses =
        {
            doses.OrderBy(d => d.DoseId, StringComparer.Ordinal).Select(d => new OutageDose
            {
                DoseId = d.DoseId, CertificateId = d.CertificateId, ShipTime = Words.Time(d.ShipTime), PackageId = d.PackageId, Finding = Of(d.Finding),
            }),
        },
    };

    public static string Write(IEnumerable<SignatureManifestation> signatures) => JsonSerializer.Serialize(signatures.Select(s => JsonFormatter.Default.Format(s)));

    public static OutageVerdict Of(OutageFinding sent) => sent switch
    {
        OutageFinding.NotUsed => OutageVerdict.NotUsed,
        OutageFinding.Confirmed => OutageVerdict.Confirmed,
        OutageFinding.NotConfirmed => OutageVerdict.NotConfirmed,
        _ => OutageVerdict.Open,
    };

    static OutageFinding Of(OutageVerdict verdict) => verdict switch
    {
        OutageVerdict.NotUsed => OutageFinding.NotUsed,
        OutageVerdict.Confirmed => OutageFinding.Confirmed,
        OutageVerdict.NotConfirmed => OutageFinding.NotConfirmed,
        _ => OutageFinding.Unspecified,
    };
}
