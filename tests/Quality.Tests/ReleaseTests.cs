using System.Security.Cryptography;
using Doseline.Execution.V1;
using Doseline.Kernel.Rules;
using Doseline.Platform.Auth;
using Doseline.Platform.Signing;
using Doseline.Quality.V1;
using Doseline.Testing;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Quality.Tests;

public sealed class ReleaseTests : IAsyncLifetime
{
    static readonly string[] Services = ["orders", "execution", "inventory", "quality", "labeling", "shipping", "waste", "identity"];

    TestPlatform platform = null!;
    QualityScene scene = null!;

    public async Task InitializeAsync()
    {
        platform = await TestPlatform.StartAsync();
        scene = new QualityScene(platform);
    }

    public async Task DisposeAsync() => await platform.DisposeAsync();

    [Fact]
    [Requirement("A151", "A160")]
    public async Task A_dose_is_released_alone_with_a_certificate_that_holds_while_its_sister_waits()
    {
        await scene.ReadyAsync();
        var certificate = await scene.ReleaseOneAsync();

        (await scene.StateAsync("dose-1")).ShouldBe(Disposition.Released);
        (await scene.StateAsync("dose-2")).ShouldBe(Disposition.Pending);
        certificate.RecordVersion.ShouldBe(7);
        certificate.RecordHash.ShouldBe(QualityScene.Hash);
        certificate.SignerName.ShouldBe("qa");
        certificate.Meaning.ShouldBe("release");
        var checkedNow = await scene.Certificates.CheckCertificateAsync(new CheckCertificateRequest { DoseId = "dose-1", Certificate = certificate });
        checkedNow.DispositionVersion.ShouldBe((await scene.DispositionAsync("dose-1")).Version);
        (await scene.CheckRefusalsAsync("dose-2", certificate)).Select(r => r.Code).ShouldBe(["CERTIFICATE_OTHER_DOSE", "DOSE_NOT_RELEASED"]);

        var released = platform.Facts<DoseDispositionChanged>().Last(f => f.DoseId == "dose-1");
        released.CertificateId.ShouldBe(certificate.CertificateId);
        (released.From, released.To, released.SignerName, released.SignatureMeaning).ShouldBe((Disposition.Pending, Disposition.Released, "qa", "release"));
        (await scene.DispositionAsync("dose-1")).Signature.PayloadHash.ShouldBe(SignedContent.HashOf(certificate.SignedContent));
    }

    [Fact]
    [Requirement("A151")]
    public async Task A_whole_batch_is_released_at_once()
    {
        await scene.ReadyAsync();
        var response = await scene.Dispositions().ReleaseDosesAsync(QualityScene.Release());
        response.Certificates.Select(c => c.DoseId).ShouldBe(QualityScene.Doses);
        response.Dispositions.ShouldAllBe(d => d.State == Disposition.Released);
    }

    [Fact]
    [Requirement("A158")]
    public async Task Nothing_is_released_before_production_is_complete_and_every_result_is_there_and_all_reasons_come_at_once()
    {
        await scene.SpecifyAsync();
        await scene.StartAsync();
        await scene.DispenseAsync("dose-1");
        var request = QualityScene.Release("dose-1");
        (request.RecordVersion, request.RecordHash) = (0, "");
        var refusals = await TestPlatform.RefusalsAsync(() => scene.Dispositions().ReleaseDosesAsync(request).ResponseAsync);
        refusals.Select(r => r.Code).ShouldBe(["PRODUCTION_NOT_COMPLETE", "RESULT_PENDING", "RESULT_MISSING", "RESULT_MISSING", "DISPOSITION_TRANSITION_ILLEGAL", "RESULT_MISSING"]);
        (await scene.StateAsync("dose-1")).ShouldBe(Disposition.InProcess);
    }

    [Fact]
    public async Task A_release_of_an_old_or_another_record_is_refused()
    {
        await scene.ReadyAsync();
        var old = QualityScene.Release();
        old.RecordVersion = 6;
        (await TestPlatform.RefusalsAsync(() => scene.Dispositions().ReleaseDosesAsync(old).ResponseAsync)).ShouldHaveSingleItem().Code.ShouldBe("VERSION_STALE");
        var other = QualityScene.Release();
        other.RecordHash = "bb22";
        (await TestPlatform.RefusalsAsync(() => scene.Dispositions().ReleaseDosesAsync(other).ResponseAsync)).ShouldHaveSingleItem().Code.ShouldBe("RECORD_HASH_MISMATCH");
    }

    [Fact]
    public async Task A_release_that_is_repeated_gets_the_same_certificate()
    {
        await scene.ReadyAsync();
        var request = QualityScene.Release("dose-1");
        var first = await scene.Dispositions().ReleaseDosesAsync(request);
        (await scene.Dispositions().ReleaseDosesAsync(request)).ShouldBe(first);
    }

    [Fact]
    public async Task A_dose_past_its_expiry_or_lost_is_not_released()
    {
        await scene.ReadyAsync();
        await platform.GiveAsync("dose-2", new DoseLost { DoseId = "dose-2", BatchId = QualityScene.Batch, Cause = DoseLossCause.Cancelled });
        await platform.AdvanceAsync(TimeSpan.FromHours(48));
        var refusals = await TestPlatform.RefusalsAsync(() => scene.Dispositions().ReleaseDosesAsync(QualityScene.Release()).ResponseAsync);
        refusals.Select(r => (r.Code, r.Numbers["dose_id"])).ShouldBe([("DOSE_EXPIRED", "dose-1"), ("DOSE_EXPIRED", "dose-2"), ("DOSE_LOST", "dose-2")]);
    }

    [Fact]
    [Requirement("A021", "A068", "A159")]
    public async Task Only_qa_decides_whatever_else_a_caller_may_be()
    {
        await scene.ReadyAsync();
        var callers = Roles.All.Where(r => r != Roles.Qa).Select(r => platform.As(r))
            .Concat(Services.Select(platform.AsService))
            .Append(platform.As([.. Roles.All.Where(r => r != Roles.Qa)]));
        foreach (var caller in callers)
        {
            DispositionService.DispositionServiceClient client = new(caller);
            foreach (var call in new Func<Task>[]
            {
                () => client.ReleaseDosesAsync(QualityScene.Release()).ResponseAsync,
                () => client.ReleaseDosesConditionallyAsync(QualityScene.Conditionally()).ResponseAsync,
                () => client.RejectDosesAsync(new RejectDosesRequest { RequestId = TestPlatform.RequestId(), BatchId = QualityScene.Batch }).ResponseAsync,
                () => client.HoldDosesAsync(new HoldDosesRequest { RequestId = TestPlatform.RequestId(), BatchId = QualityScene.Batch }).ResponseAsync,
                () => client.LiftHoldAsync(new LiftHoldRequest { RequestId = TestPlatform.RequestId() }).ResponseAsync,
            })
            {
                (await Assert.ThrowsAsync<RpcException>(call)).StatusCode.ShouldBe(StatusCode.PermissionDenied);
            }
        }

        (await scene.StateAsync("dose-1")).ShouldBe(Disposition.Pending);
    }

    [Fact]
    [Requirement("A157", "A158")]
    public async Task Only_execution_says_that_production_is_complete()
    {
        await scene.SpecifyAsync();
        await scene.StartAsync();
        await scene.DispenseAsync("dose-1");
        BatchReadyForDisposition ready = new() { BatchId = QualityScene.Batch, RecordVersion = 1, RecordHash = "x", Doses = { new BatchDose { DoseId = "dose-1" } } };
        foreach (var other in new[] { "orders", "inventory", "quality", "labeling", "shipping", "waste", "identity", "gateway" }) await platform.GiveAsync(other, QualityScene.Batch, ready);
        (await scene.StateAsync("dose-1")).ShouldBe(Disposition.InProcess);
        await scene.CompleteAsync();
        (await scene.StateAsync("dose-1")).ShouldBe(Disposition.Pending);
    }

    [Fact]
    public async Task A_batch_heard_of_before_its_doses_ends_the_same()
    {
        await scene.SpecifyAsync();
        await scene.CompleteAsync();
        await scene.DispenseAsync("dose-1");
        await scene.StartAsync();
        var dose = await scene.DispositionAsync("dose-1");
        (dose.State, dose.BatchNumber, dose.OrderId).ShouldBe((Disposition.Pending, "LU2611A", "order-dose-1"));
    }

    [Fact]
    [Requirement("A158", "A160")]
    public async Task A_forged_altered_expired_or_superseded_certificate_is_refused()
    {
        await scene.ReadyAsync();
        var certificate = await scene.ReleaseOneAsync();

        var altered = certificate.Clone();
        altered.RecordVersion = 8;
        (await scene.CheckRefusalsAsync("dose-1", altered)).Select(r => r.Code).ShouldBe(["CERTIFICATE_FORGED", "SIGNED_FOR_OTHER_RECORD", "CERTIFICATE_ALTERED"]);
        using var otherKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        (await scene.CheckRefusalsAsync("dose-1", SignedDocument.Sign(certificate.Clone(), otherKey))).ShouldContain(r => r.Code == "CERTIFICATE_FORGED");
        var keys = platform.Host.Services.GetRequiredService<KeyStore>();
        var unknown = certificate.Clone();
        unknown.CertificateId = "elsewhere";
        (await scene.CheckRefusalsAsync("dose-1", SignedDocument.Sign(unknown, keys.Signing(ReleaseCertificateCheck.KeyName)))).ShouldHaveSingleItem().Code.ShouldBe("CERTIFICATE_UNKNOWN");
        (await scene.CheckRefusalsAsync("dose-1", null)).ShouldHaveSingleItem().Code.ShouldBe("CERTIFICATE_MISSING");
        (await scene.CheckRefusalsAsync("dose-1", new ReleaseCertificate { DoseId = "dose-1" })).ShouldContain(r => r.Code == "CERTIFICATE_INCOMPLETE");

        var held = await scene.Dispositions().HoldDosesAsync(new HoldDosesRequest
        {
            RequestId = TestPlatform.RequestId(), BatchId = QualityScene.Batch, DoseIds = { "dose-1" }, ReferenceId = "COMPLAINT-4", Reason = "Courier reports a leak.",
        });
        (await scene.CheckRefusalsAsync("dose-1", certificate)).ShouldHaveSingleItem().Code.ShouldBe("DOSE_NOT_RELEASED");
        await scene.Dispositions().LiftHoldAsync(new LiftHoldRequest { RequestId = TestPlatform.RequestId(), HoldId = held.Holds.Single().HoldId, Reason = "No leak." });
        (await scene.StateAsync("dose-1")).ShouldBe(Disposition.Pending);
        var second = await scene.ReleaseOneAsync();
        (await scene.CheckRefusalsAsync("dose-1", certificate)).ShouldHaveSingleItem().Code.ShouldBe("CERTIFICATE_SUPERSEDED");
        await scene.Certificates.CheckCertificateAsync(new CheckCertificateRequest { DoseId = "dose-1", Certificate = second });

        await platform.AdvanceAsync(TimeSpan.FromHours(48));
        (await scene.CheckRefusalsAsync("dose-1", second)).ShouldHaveSingleItem().Code.ShouldBe("CERTIFICATE_EXPIRED");
    }

    [Fact]
    [Requirement("A128", "A160")]
    public async Task A_certificate_is_checked_with_the_public_key_alone()
    {
        await scene.ReadyAsync();
        var certificate = await scene.ReleaseOneAsync();
        var published = await scene.Certificates.GetSigningKeyAsync(new GetSigningKeyRequest());
        using var key = ECDsa.Create();
        key.ImportFromPem(published.PublicKeyPem);
        published.KeyId.ShouldBe(certificate.KeyId);
        var signer = await platform.Host.Services.GetRequiredService<SignatureGate>().ReadAsync(certificate.SignerSignature, default);
        ReleaseCertificateCheck.Refusals(certificate, "dose-1", platform.Now, key, signer).ShouldBeEmpty();
        certificate.SignerId = "person:mallory";
        ReleaseCertificateCheck.Refusals(certificate, "dose-1", platform.Now, key, signer).Select(r => r.Code).ShouldBe(["CERTIFICATE_FORGED", "SIGNER_OTHER_PERSON"]);
        ReleaseCertificateCheck.Refusals(certificate, "dose-1", platform.Now, key, null).Select(r => r.Code).ShouldBe(["CERTIFICATE_FORGED", "SIGNER_SIGNATURE_FORGED"]);
    }
}
