using Doseline.Kernel.Rules;
using Doseline.Platform.Auth;
using Doseline.Quality.V1;
using Doseline.Testing;
using Google.Protobuf.WellKnownTypes;

namespace Doseline.Authority.Tests.Support;

/// <summary>Specifications that wait for approval: the plainest thing that is signed.</summary>
static class Draft
{
    public const string Approve = "/doseline.quality.v1.SpecificationsService/ApproveSpecification";

    /// <summary>The person who approves.</summary>
    public static Caller Qa { get; } = TestPlatform.PersonIn(Roles.Qa);

    /// <summary>Writes a draft and gives the request that approves it.</summary>
    public static async Task<ApproveSpecificationRequest> WriteAsync(TestPlatform platform, string product = "LU-PSMA")
    {
        var author = new SpecificationsService.SpecificationsServiceClient(platform.As(Roles.MasterData));
        var draft = (await author.PutSpecificationAsync(new PutSpecificationRequest
        {
            RequestId = TestPlatform.RequestId(),
            ProductCode = product,
            SpecificationVersion = 1,
            ProductName = "Lutetium (177Lu) PSMA injection",
            DosageForm = "solution for injection",
            EffectiveTime = Timestamp.FromDateTimeOffset(TestPlatform.Start),
            Tests = { new SpecificationTest { Code = "RCP", Name = "Radiochemical purity", Method = "AM-014 v3", Unit = "%", Low = 95, Scope = TestScope.Batch, Timing = TestTiming.BeforeRelease } },
        })).Specification;
        return new ApproveSpecificationRequest { RequestId = TestPlatform.RequestId(), SpecificationId = draft.SpecificationId, Version = draft.Version };
    }

    /// <summary>Approves with the signature in the request, and none else.</summary>
    public static Task<ApproveSpecificationResponse> SendAsync(TestPlatform platform, ApproveSpecificationRequest request, Caller? caller = null) =>
        new SpecificationsService.SpecificationsServiceClient(platform.UnsignedAs(caller ?? Qa)).ApproveSpecificationAsync(request).ResponseAsync;

    /// <summary>The same request with a signature.</summary>
    public static ApproveSpecificationRequest With(this ApproveSpecificationRequest request, string signature)
    {
        var signed = request.Clone();
        signed.Signature = signature;
        return signed;
    }
}
