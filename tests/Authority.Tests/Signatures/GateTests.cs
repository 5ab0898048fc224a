using System.Security.Cryptography;
using Doseline.Authority.Tests.Support;
using Doseline.Common.V1;
using Doseline.Kernel.Rules;
using Doseline.Labeling.V1;
using Doseline.Platform.Auth;
using Doseline.Platform.Signing;
using Doseline.Quality.V1;
using Doseline.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Authority.Tests.Signatures;

/// <summary>A signature stands under the one request it was given for, once and soon, and under nothing else.</summary>
public sealed class GateTests : IAsyncLifetime
{
    TestPlatform platform = null!;

    public async Task InitializeAsync() => platform = await TestPlatform.StartAsync();

    public async Task DisposeAsync() => await platform.DisposeAsync();

    string Sign(ApproveSpecificationRequest request, Func<SignatureClaims, SignatureClaims>? change = null) => platform.Signer.Sign(Draft.Qa, Draft.Approve, request, change);

    async Task<IEnumerable<string>> CodesAsync(ApproveSpecificationRequest request, Caller? caller = null) =>
        (await TestPlatform.RefusalsAsync(() => Draft.SendAsync(platform, request, caller))).Select(r => r.Code);

    /// <summary>What a signature may be wrong in, how it is made wrong, and what is said.</summary>
    public static TheoryData<string, Func<SignatureClaims, SignatureClaims>, string> Wrong => new()
    {
        { "another method", c => c with { Method = "/doseline.quality.v1.DispositionService/ReleaseDoses" }, "SIGNATURE_OF_OTHER_METHOD" },
        { "another content", c => c with { ContentHash = new string('0', 64) }, "SIGNATURE_OF_OTHER_CONTENT" },
        { "another meaning", c => c with { Meaning = SigningMeaning.Release }, "SIGNATURE_OF_OTHER_MEANING" },
        { "an hour ago", c => c with { Time = c.Time.AddHours(-1), ExpireTime = c.ExpireTime.AddHours(-1) }, "SIGNATURE_EXPIRED" },
        { "tomorrow", c => c with { Time = c.Time.AddDays(1), ExpireTime = c.ExpireTime.AddDays(1) }, "SIGNATURE_IN_FUTURE" },
        { "another person", c => c with { SignerId = "person:mallory" }, "SIGNATURE_OF_OTHER_PERSON" },
        { "a second person's", c => c with { IsSecond = true }, "SIGNATURE_PLACE_WRONG" },
    };

    [Theory]
    [Requirement("A012", "A068")]
    [MemberData(nameof(Wrong))]
    [Clause("21 CFR 11.70", "21 CFR 11.200(a)(2)", "Annex 11 14")]
    public async Task A_signature_that_does_not_fit_the_call_is_refused_with_the_reason(string what, Func<SignatureClaims, SignatureClaims> change, string code)
    {
        var request = await Draft.WriteAsync(platform);
        (await CodesAsync(request.With(Sign(request, change)))).ShouldBe([code], what);
        // Refused is not used: the right signature is still good.
        (await Draft.SendAsync(platform, request.With(Sign(request)))).Specification.Approval.SignerName.ShouldBe("qa");
    }

    [Fact]
    public async Task Everything_wrong_with_a_signature_is_said_at_once()
    {
        var request = await Draft.WriteAsync(platform);
        var wrong = Sign(request, c => Wrong.Select(row => (Func<SignatureClaims, SignatureClaims>)row[1]).Aggregate(c, (claims, change) => change(claims)) with { Time = c.Time.AddHours(-1), ExpireTime = c.Time });
        (await CodesAsync(request.With(wrong))).ShouldBe(
            ["SIGNATURE_OF_OTHER_METHOD", "SIGNATURE_OF_OTHER_CONTENT", "SIGNATURE_OF_OTHER_MEANING", "SIGNATURE_EXPIRED", "SIGNATURE_PLACE_WRONG", "SIGNATURE_OF_OTHER_PERSON"]);
    }

    [Fact]
    [Requirement("A012", "A158")]
    [Clause("21 CFR 11.70")]
    public async Task What_Identity_did_not_sign_is_no_signature()
    {
        var request = await Draft.WriteAsync(platform);
        var genuine = Sign(request);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var parts = genuine.Split('.');
        var unsigned = $"{Convert.ToBase64String("""{"alg":"none","typ":"doseline-signature+jwt"}"""u8).TrimEnd('=')}.{parts[1]}.";
        var altered = $"{parts[0]}.{(parts[1][..^4] + "AAAA")}.{parts[2]}";
        var access = platform.Host.Services.GetRequiredService<DevelopmentTokens>().Issue(Draft.Qa, TimeSpan.FromHours(1));
        foreach (var token in new[] { "garbage", "a.b.c", unsigned, altered, access, SignatureTokens.Write(platform.Signer.Claims(Draft.Qa, Draft.Approve, request), other), genuine[..^2], new string('x', 20_000) })
            (await CodesAsync(request.With(token))).ShouldBe(["SIGNATURE_NOT_GENUINE"]);
    }

    [Fact]
    [Requirement("A012")]
    [Clause("21 CFR 11.70")]
    public async Task A_signature_is_not_moved_to_another_record_or_version()
    {
        var one = await Draft.WriteAsync(platform, "LU-PSMA");
        var two = await Draft.WriteAsync(platform, "LU-DOTA");
        (await CodesAsync(two.With(Sign(one)))).ShouldBe(["SIGNATURE_OF_OTHER_CONTENT"]);
        var later = one.Clone();
        later.Version++;
        (await CodesAsync(later.With(Sign(one)))).ShouldBe(["SIGNATURE_OF_OTHER_CONTENT"]);
        // What was signed at a version that has passed is refused by the record, though the signature fits the request.
        (await CodesAsync(later.With(Sign(later)))).ShouldBe(["VERSION_STALE"]);
    }

    [Fact]
    [Clause("21 CFR 11.70")]
    public async Task A_signature_is_used_once_and_a_repeated_call_gets_the_first_answer()
    {
        var request = await Draft.WriteAsync(platform);
        var signed = request.With(Sign(request));
        var first = await Draft.SendAsync(platform, signed);
        (await Draft.SendAsync(platform, signed)).ShouldBe(first);
        // Signed again by somebody who does not know whether the first try arrived: the same act, the same answer.
        (await Draft.SendAsync(platform, request.With(Sign(request)))).ShouldBe(first);
        var again = signed.Clone();
        again.RequestId = TestPlatform.RequestId();
        (await CodesAsync(again)).ShouldBe(["SIGNATURE_USED"]);
    }

    [Fact]
    public async Task Of_two_calls_at_once_with_one_signature_one_is_refused()
    {
        var request = await Draft.WriteAsync(platform);
        var signed = request.With(Sign(request));
        var twin = signed.Clone();
        twin.RequestId = TestPlatform.RequestId();
        var both = new[] { Draft.SendAsync(platform, signed), Draft.SendAsync(platform, twin) };
        await Task.WhenAll(both.Select(t => t.ContinueWith(_ => { }, TaskScheduler.Default)));
        both.Count(t => t.IsCompletedSuccessfully).ShouldBe(1);
    }

    [Fact]
    public async Task A_signature_ages_while_it_waits()
    {
        var request = await Draft.WriteAsync(platform);
        var signed = request.With(Sign(request));
        await platform.AdvanceAsync(SignatureTokens.Lifetime);
        (await CodesAsync(signed)).ShouldBe(["SIGNATURE_EXPIRED"]);
    }

    [Fact]
    [Requirement("A003", "A027", "A070", "P09")]
    [Clause("21 CFR 11.200(a)(3)")]
    public async Task Where_two_persons_sign_they_are_two_and_both_entitled()
    {
        const string method = "/doseline.labeling.v1.LabelsService/ReprintDoseLabel";
        ReprintDoseLabelRequest request = new() { RequestId = TestPlatform.RequestId(), DoseId = "dose-1", Printer = "zebra-1", ReprintReason = ReprintReason.Damaged, Reason = "torn" };
        var first = platform.Signer.Sign(Draft.Qa, method, request);
        string Second(Caller person) => platform.Signer.Sign(person, method, request, second: true);
        async Task<IEnumerable<(string, string)>> Codes(string second)
        {
            var sent = request.Clone();
            (sent.Signature, sent.SecondSignature) = (first, second);
            return (await TestPlatform.RefusalsAsync(() => new LabelsService.LabelsServiceClient(platform.UnsignedAs(Draft.Qa)).ReprintDoseLabelAsync(sent).ResponseAsync)).Select(r => (r.Code, r.Subject));
        }

        (await Codes("")).ShouldBe([("SIGNATURE_REQUIRED", "second_signature")]);
        (await Codes(Second(Draft.Qa))).ShouldBe([("SECOND_PERSON_NEEDED", "second_signature")]);
        (await Codes(Second(TestPlatform.PersonIn(Roles.Planner)))).ShouldBe([("SECOND_ROLE_NOT_ALLOWED", "second_signature")]);
        (await Codes(first)).ShouldBe([("SIGNATURE_PLACE_WRONG", "second_signature"), ("SECOND_PERSON_NEEDED", "second_signature")]);
        // Both fit: what is left to say is about the label.
        (await Codes(Second(TestPlatform.PersonIn(Roles.Operator)))).ShouldNotContain(c => c.Item2 == "second_signature" || c.Item2 == "signature");
    }

    [Fact]
    [Clause("21 CFR 11.100(a)")]
    public async Task A_retired_key_signs_nothing_new_and_its_old_signatures_stay_genuine()
    {
        var request = await Draft.WriteAsync(platform);
        var second = await Draft.WriteAsync(platform, "LU-DOTA");
        var before = Sign(second);
        var approved = (await Draft.SendAsync(platform, request.With(Sign(request)))).Specification.Approval;
        await platform.Host.Services.GetRequiredService<Identity.Keys.SigningKeys>().RotateAsync(atOnce: true, default);
        await platform.AdvanceAsync(TimeSpan.FromMinutes(1));
        (await CodesAsync(second.With(before))).ShouldBe(["SIGNING_KEY_RETIRED"]);
        (await Standing.StateAsync(platform, "specifications", request.SpecificationId, approved.SignatureId)).ShouldBe(Signing.V1.SignatureState.Valid);
        (await Draft.SendAsync(platform, second.With(Sign(second)))).Specification.State.ShouldBe(SpecificationState.Approved);
    }
}
