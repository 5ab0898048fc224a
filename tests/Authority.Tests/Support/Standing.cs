using Doseline.Kernel.Rules;
using Doseline.Signing.V1;
using Doseline.Testing;

namespace Doseline.Authority.Tests.Support;

/// <summary>Asks how signatures stand.</summary>
static class Standing
{
    public static async Task<IReadOnlyList<RecordSignature>> OfAsync(TestPlatform platform, string entity, string id, string service = "quality") =>
        (await new SignaturesService.SignaturesServiceClient(platform.As(Roles.Auditor)).ListSignaturesAsync(new ListSignaturesRequest { Service = service, Entity = entity, EntityId = id })).Signatures;

    public static async Task<SignatureState> StateAsync(TestPlatform platform, string entity, string id, string signatureId) =>
        (await OfAsync(platform, entity, id)).Single(s => s.Manifestation.SignatureId == signatureId).State;
}
