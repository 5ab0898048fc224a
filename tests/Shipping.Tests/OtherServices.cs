using Doseline.Common.V1;
using Doseline.Execution.V1;
using Doseline.Kernel.Rules;
using Doseline.Platform.Rpc;
using Doseline.Quality.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Doseline.Shipping.Tests;

/// <summary>Quality as this service sees it; a test decides what it answers.</summary>
sealed class FakeQuality : CertificateService.CertificateServiceClient
{
    public Dictionary<string, ReleaseCertificate> Certificates { get; } = [];
    public bool IsDown { get; set; }
    public HashSet<string> Refused { get; } = [];
    public Func<DateTimeOffset> Clock { get; set; } = () => default;
    public Func<Task> WhileChecking { get; set; } = () => Task.CompletedTask;

    public override AsyncUnaryCall<GetCertificateResponse> GetCertificateAsync(GetCertificateRequest request, CallOptions options) => Calls.Answer(async () =>
    {
        await Task.Yield();
        if (IsDown) throw new RpcException(new Status(StatusCode.Unavailable, "down"));
        return Certificates.TryGetValue(request.DoseId, out var certificate)
            ? new GetCertificateResponse { Certificate = certificate }
            : throw RpcErrors.Exception("quality", [Refusal.Missing($"doses/{request.DoseId}", "CERTIFICATE_UNKNOWN", "No certificate.")]);
    });

    public override AsyncUnaryCall<CheckCertificateResponse> CheckCertificateAsync(CheckCertificateRequest request, CallOptions options) => Calls.Answer(async () =>
    {
        await WhileChecking();
        if (IsDown) throw new RpcException(new Status(StatusCode.Unavailable, "down"));
        return Refused.Contains(request.DoseId)
            ? throw RpcErrors.Exception("quality", [Refusal.State($"doses/{request.DoseId}", "DOSE_IN_QUARANTINE", "The dose is on hold.").With("deviation_id", "dev-1")])
            : new CheckCertificateResponse { CheckTime = Timestamp.FromDateTimeOffset(Clock()), DispositionVersion = 3 };
    });
}

/// <summary>Execution's records as this service sees them.</summary>
sealed class FakeRecords : DoseRecordsService.DoseRecordsServiceClient
{
    public Dictionary<string, DoseRecord> Records { get; } = [];

    public override AsyncUnaryCall<GetDoseRecordResponse> GetDoseRecordAsync(GetDoseRecordRequest request, CallOptions options) => Calls.Answer(async () =>
    {
        await Task.Yield();
        return Records.TryGetValue(request.DoseId, out var record)
            ? new GetDoseRecordResponse { Record = record.Clone() }
            : throw RpcErrors.Exception("execution", [Refusal.Missing($"doses/{request.DoseId}", "DOSE_UNKNOWN", "No such dose.")]);
    });
}

static class Calls
{
    public static AsyncUnaryCall<T> Answer<T>(Func<Task<T>> answer) =>
        new(answer(), Task.FromResult(new Metadata()), () => Status.DefaultSuccess, () => [], () => { });

    public static CalibratedActivity Activity(string nuclide, double bq, DateTimeOffset at) =>
        new() { Nuclide = nuclide, ActivityBq = bq, ReferenceTime = Timestamp.FromDateTimeOffset(at), DataVersion = "nubase2020-1" };
}
