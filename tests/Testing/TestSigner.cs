using System.Security.Cryptography;
using Doseline.Common.V1;
using Doseline.Identity.Keys;
using Doseline.Kernel.Ids;
using Doseline.Kernel.Rules;
using Doseline.Local.Signing;
using Doseline.Platform.Auth;
using Doseline.Platform.Signing;
using Doseline.Quality.V1;
using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Testing;

/// <summary>
/// Makes the signatures that Identity would make, with the same key, without asking for a password: for tests of what services do with signatures.
/// How Identity makes them is tested through its own API.
/// </summary>
public sealed class TestSigner(IServiceProvider services)
{
    /// <summary>The person who signs second where two must.</summary>
    public static Caller Witness { get; } = new() { Subject = "person:witness", Name = "Will Ness", Roles = Roles.All, Sites = [Caller.AllSites] };

    /// <summary>Identity's key.</summary>
    public ECDsa Key => services.GetRequiredService<SigningKeys>().CurrentAsync(default).AsTask().GetAwaiter().GetResult().Private;

    /// <summary>The signature of a person under a request.</summary>
    /// <param name="signer">Who signs.</param>
    /// <param name="method">Method to be called, <c>/package.Service/Method</c>.</param>
    /// <param name="request">Its request.</param>
    /// <param name="change">Last word on what the token says; null changes nothing.</param>
    /// <param name="second">True for the second person's.</param>
    public string Sign(Caller signer, string method, IMessage request, Func<SignatureClaims, SignatureClaims>? change = null, bool second = false)
    {
        var claims = Claims(signer, method, request, second);
        return SignatureTokens.Write(change?.Invoke(claims) ?? claims, Key);
    }

    /// <summary>The fact of a release, conditional or not, as Quality publishes it, with QA's signature.</summary>
    public DoseDispositionChanged Released(DoseDispositionChanged fact)
    {
        var conditional = fact.To is Disposition.ConditionallyReleased;
        var method = $"/doseline.quality.v1.DispositionService/{(conditional ? "ReleaseDosesConditionally" : "ReleaseDoses")}";
        var qa = TestPlatform.PersonIn(Roles.Qa) with { Name = fact.SignerName is "" ? Roles.Qa : fact.SignerName };
        IMessage release = conditional
            ? new ReleaseDosesConditionallyRequest { BatchId = fact.BatchId, DoseIds = { fact.DoseId }, RecordVersion = 1, RecordHash = "aa11", PendingTestCodes = { "STERILITY" } }
            : new ReleaseDosesRequest { BatchId = fact.BatchId, DoseIds = { fact.DoseId }, RecordVersion = 1, RecordHash = "aa11" };
        var signed = fact.Clone();
        (signed.SignerId, signed.SignedContent, signed.SignerSignature) = (qa.Subject, SignedContent.Of(method, release), Sign(qa, method, release));
        return signed;
    }

    /// <summary>A certificate as Quality issues it, with the signature of who released.</summary>
    public ReleaseCertificate Certified(ReleaseCertificate certificate)
    {
        const string method = "/doseline.quality.v1.DispositionService/ReleaseDoses";
        var qa = TestPlatform.PersonIn(Roles.Qa) with { Name = certificate.SignerName is "" ? Roles.Qa : certificate.SignerName };
        ReleaseDosesRequest release = new() { BatchId = certificate.BatchId, DoseIds = { certificate.DoseId }, RecordVersion = certificate.RecordVersion, RecordHash = certificate.RecordHash };
        var signed = certificate.Clone();
        (signed.SignerId, signed.SignedContent, signed.SignerSignature) = (qa.Subject, SignedContent.Of(method, release), Sign(qa, method, release));
        return signed;
    }

    /// <summary>What the token of <see cref="Sign"/> says.</summary>
    public SignatureClaims Claims(Caller signer, string method, IMessage request, bool second = false)
    {
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        return new SignatureClaims
        {
            Id = services.GetRequiredService<IdSource>().New(),
            SignerId = signer.Subject,
            SignerName = signer.Name,
            Meaning = ContractMethods.NeedOf(method)?.Meaning ?? SigningMeaning.Unspecified,
            Method = method,
            ContentHash = SignedContent.HashOf(SignedContent.Of(method, request)),
            Time = DateTimeOffset.FromUnixTimeMilliseconds(now.ToUnixTimeMilliseconds()),
            Zone = "Europe/Berlin",
            OffsetMinutes = 60,
            ExpireTime = DateTimeOffset.FromUnixTimeMilliseconds((now + SignatureTokens.Lifetime).ToUnixTimeMilliseconds()),
            Rights = signer.Rights,
            BothComponents = true,
            IsSecond = second,
        };
    }

    /// <summary>Calls that are signed by themselves, by the caller and, where two must, by <see cref="Witness"/>.</summary>
    public SignedCalls Calls(Caller signer) =>
        new(wanted => Task.FromResult<string?>(Sign(wanted.IsSecond ? Witness : signer, wanted.Method, wanted.Request, second: wanted.IsSecond)));
}
