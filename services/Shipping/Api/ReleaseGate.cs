using Doseline.Kernel.Rules;
using Doseline.Platform.Rpc;
using Doseline.Platform.Signing;
using Doseline.Quality.V1;
using Doseline.Shipping.Domain;
using Grpc.Core;

namespace Doseline.Shipping.Api;

/// <summary>
/// Asks Quality, now, whether doses may leave. There is one release state and it is Quality's: nothing is kept here that could
/// answer in its place, and no answer means no, unless two persons of QA broke the glass beforehand (<see cref="OutageGate"/>).
/// </summary>
public sealed class ReleaseGate(CertificateService.CertificateServiceClient quality, OutageGate outage, SignatureGate signatures, TimeProvider clock)
{
    // The clocks of two services may differ by this much (the platform refuses GxP writes beyond it); an older answer is not about now.
    static readonly TimeSpan AnswerAgeMax = TimeSpan.FromMinutes(1);

    /// <summary>Checks every dose; the doses that passed, and every reason of those that did not, an unreachable Quality first.</summary>
    public async Task<(IReadOnlyList<CertifiedDose> Certified, List<Refusal> Refusals)> CheckAsync(IReadOnlyList<DoseInPackage> doses, string siteId, CancellationToken cancel)
    {
        List<CertifiedDose> certified = [];
        List<Refusal> refusals = [];
        foreach (var dose in doses)
        {
            try
            {
                if ((await CheckAsync(dose, cancel)).OrAdd(refusals) is { } passed) certified.Add(passed);
            }
            catch (RpcException fault)
            {
                var reasons = Reasons(dose, fault).ToList();
                var away = reasons.All(reason => reason.Kind is RefusalKind.Unavailable);
                if (away && await outage.FindAsync(dose, siteId, cancel) is { } found)
                {
                    if (found.OrAdd(reasons) is { } passed)
                    {
                        certified.Add(passed);
                        continue;
                    }
                }

                refusals.AddRange(reasons);
            }
        }

        return (certified, [.. refusals.OrderBy(refusal => refusal.Kind == RefusalKind.Unavailable ? 0 : 1)]);
    }

    async Task<Decision<CertifiedDose>> CheckAsync(DoseInPackage dose, CancellationToken cancel)
    {
        var asked = clock.GetUtcNow();
        var certificate = (await quality.GetCertificateAsync(new GetCertificateRequest { DoseId = dose.DoseId }, cancellationToken: cancel)).Certificate;
        if (certificate is null) return NotReleased(dose);
        var answer = await quality.CheckCertificateAsync(new CheckCertificateRequest { DoseId = dose.DoseId, Certificate = certificate }, cancellationToken: cancel);

        List<Refusal> refusals = [];
        var resource = $"doses/{dose.DoseId}";
        if (certificate.DoseId != dose.DoseId || certificate.OrderId != dose.OrderId)
            refusals.Add(Refusal.State(resource, "CERTIFICATE_OF_OTHER_DOSE", "The certificate is bound to another dose or order.").With("dose_id", dose.DoseId).With("certificate_id", certificate.CertificateId));
        if (certificate.ExpireTime is null || certificate.ExpireTime.ToDateTimeOffset() <= clock.GetUtcNow())
            refusals.Add(Refusal.State(resource, "CERTIFICATE_EXPIRED", "The certificate has expired.").With("certificate_id", certificate.CertificateId).With("expire_time", certificate.ExpireTime?.ToDateTimeOffset()));
        // Quality's word is not taken for the signature of who released: it is carried, and verified here (A128).
        refusals.AddRange(CarriedRelease.Refusals(resource, await signatures.ReadAsync(certificate.SignerSignature, cancel), certificate.SignedContent, certificate.SignerId, certificate.BatchId, dose.DoseId, certificate.PendingTestCodes.Count > 0));
        refusals.AddRange(CarriedRelease.RecordRefusals(resource, certificate.SignedContent, certificate.RecordVersion, certificate.RecordHash));
        if (answer.CheckTime is null || asked - answer.CheckTime.ToDateTimeOffset() > AnswerAgeMax)
            refusals.Add(Refusal.Unavailable(resource, "CERTIFICATE_ANSWER_STALE", "Quality's answer is not about now.").With("check_time", answer.CheckTime?.ToDateTimeOffset()).With("asked_time", asked));
        return refusals is not []
            ? refusals
            : new CertifiedDose(dose.DoseId, dose.OrderId, certificate.CertificateId, answer.CheckTime!.ToDateTimeOffset(), answer.DispositionVersion);
    }

    static IEnumerable<Refusal> Reasons(DoseInPackage dose, RpcException fault)
    {
        if (fault.StatusCode is StatusCode.NotFound) return [NotReleased(dose)];
        var passed = RpcErrors.Passed(fault, "quality");
        if (fault.StatusCode is not (StatusCode.FailedPrecondition or StatusCode.InvalidArgument or StatusCode.PermissionDenied or StatusCode.Aborted))
            return passed.All(refusal => refusal.Kind == RefusalKind.Unavailable) ? passed : [RpcErrors.Unavailable("quality").With("dose_id", dose.DoseId)];

        // Quality said no: whatever its kind there, here it is the state of the dose that forbids shipping.
        return passed.Select(reason => reason.Numbers.Aggregate(
            new Refusal(RefusalKind.State, reason.Code, $"doses/{dose.DoseId}", reason.Message), (all, number) => all.With(number.Key, number.Value)).With("dose_id", dose.DoseId));
    }

    static Refusal NotReleased(DoseInPackage dose) =>
        Refusal.State($"doses/{dose.DoseId}", "DOSE_NOT_RELEASED", "Quality has no release certificate for the dose.").With("dose_id", dose.DoseId);
}
