using System.Security.Cryptography;
using System.Text;
using Doseline.Authority.Tests.Support;
using Doseline.Common.V1;
using Doseline.Execution.V1;
using Doseline.Kernel.Rules;
using Doseline.Platform.Data;
using Doseline.Quality.V1;
using Doseline.Signing.V1;
using Doseline.Testing;
using Google.Protobuf.WellKnownTypes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Authority.Tests.Signatures;

/// <summary>A signature is linked to its record for good: whoever changes either afterwards is seen.</summary>
public sealed class StandingTests : IAsyncLifetime
{
    static readonly string[] sealedTables = ["signatures", "audit"];

    TestPlatform platform = null!;
    ApproveSpecificationRequest request = null!;

    public async Task InitializeAsync()
    {
        platform = await TestPlatform.StartAsync();
        request = await Draft.WriteAsync(platform);
        await Draft.SendAsync(platform, request.With(platform.Signer.Sign(Draft.Qa, Draft.Approve, request)));
    }

    public async Task DisposeAsync() => await platform.DisposeAsync();

    async Task<RecordSignature> OneAsync() => (await Standing.OfAsync(platform, "specifications", request.SpecificationId)).ShouldHaveSingleItem();

    [Fact]
    [Requirement("A003", "A012")]
    [Clause("21 CFR 11.50(a)", "21 CFR 11.50(b)", "Annex 11 14")]
    public async Task A_signature_shows_printed_name_date_time_zone_and_meaning_and_what_was_signed()
    {
        var signature = await OneAsync();
        signature.State.ShouldBe(SignatureState.Valid);
        (signature.SignedVersion, signature.CurrentVersion).ShouldBe((2, 2));
        signature.Manifestation.Text.ShouldBe("Electronically signed by qa on 2026-11-23 07:00:00 UTC+01:00 (Europe/Berlin): approves this version for use.");
        (signature.Manifestation.Meaning, signature.Manifestation.SignerId, signature.Manifestation.OffsetMinutes).ShouldBe((SigningMeaning.Approve, "person:qa", 60));

        var whole = await new SignaturesService.SignaturesServiceClient(platform.As(Roles.Auditor)).GetSignatureAsync(new GetSignatureRequest { Service = "quality", SignatureId = signature.Manifestation.SignatureId });
        whole.ContentJson.ShouldBe($$$"""{"method":"{{{Draft.Approve}}}","request":{"specificationId":"{{{request.SpecificationId}}}","version":"1"}}""");
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(whole.ContentJson))).ShouldBe(signature.Manifestation.ContentHash);
        whole.Records.ShouldHaveSingleItem().ShouldBe(signature);
    }

    [Fact]
    [Clause("21 CFR 11.70")]
    public async Task The_signature_of_a_record_that_changed_since_says_so()
    {
        await ReleaseAsync();
        var released = (await Standing.OfAsync(platform, "doses", "dose-1")).ShouldHaveSingleItem();
        (released.State, released.Manifestation.Meaning).ShouldBe((SignatureState.Valid, SigningMeaning.Release));
        await new DispositionService.DispositionServiceClient(platform.As(Roles.Qa)).HoldDosesAsync(new HoldDosesRequest { RequestId = TestPlatform.RequestId(), BatchId = "batch-1", DoseIds = { "dose-1" }, ReferenceId = "COMPLAINT-4", Reason = "Leak?" });
        var signatures = await Standing.OfAsync(platform, "doses", "dose-1");
        signatures.Select(s => (s.Manifestation.Meaning, s.State)).ShouldBe([(SigningMeaning.Release, SignatureState.RecordChanged), (SigningMeaning.Hold, SignatureState.Valid)]);
        signatures[0].StateReason.ShouldContain("the record is now at version");
    }

    /// <summary>What somebody with the database in hand may alter, past the platform.</summary>
    public static TheoryData<string, string> Alterations => new()
    {
        { "the record", "UPDATE specifications SET product_name = 'Something else'" },
        { "the name on the signature", "UPDATE signatures SET signer_name = 'Somebody else'" },
        { "the meaning of the signature", "UPDATE signatures SET meaning = 'RELEASE'" },
        { "the instant of the signature", "UPDATE signatures SET time = time + 600000000" },
        { "the content of the signature", "UPDATE signatures SET content = '{}'" },
        { "content and hash of the signature", "UPDATE signatures SET content = '{}', content_hash = '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a'" },
        { "the token", "UPDATE signatures SET token = 'x' || token" },
        { "the reason in the trail", "UPDATE audit SET reason = 'another' WHERE entity = 'specifications'" },
        { "the values in the trail", "UPDATE audit SET changes = '{}' WHERE entity = 'specifications' AND version = 2" },
    };

    [Theory]
    [Requirement("A003", "A012", "A017")]
    [MemberData(nameof(Alterations))]
    [Clause("21 CFR 11.10(a)", "21 CFR 11.70")]
    public async Task What_is_altered_past_the_platform_breaks_the_signature(string what, string sql)
    {
        await AlterAsync(sql);
        var signature = await OneAsync();
        signature.State.ShouldBe(SignatureState.Broken, what);
        signature.StateReason.ShouldNotBeEmpty(what);
    }

    [Fact]
    [Clause("21 CFR 11.70")]
    public async Task A_signature_that_is_moved_to_another_record_is_broken_there()
    {
        var other = await Draft.WriteAsync(platform, "LU-DOTA");
        var id = (await OneAsync()).Manifestation.SignatureId;
        await AlterAsync($"UPDATE audit SET signature_id = '{id}' WHERE entity_id = '{other.SpecificationId}'");
        (await Standing.OfAsync(platform, "specifications", other.SpecificationId)).ShouldHaveSingleItem().State.ShouldBe(SignatureState.Broken);
    }

    [Fact]
    [Clause("21 CFR 11.10(c)", "21 CFR 11.70")]
    public async Task A_signature_is_neither_changed_nor_deleted_by_the_service()
    {
        foreach (var sql in new[] { "UPDATE signatures SET signer_name = 'x'", "DELETE FROM signatures" })
        {
            var fault = await Should.ThrowAsync<Exception>(() => InQualityAsync(db => db.Database.ExecuteSqlRawAsync(sql)));
            fault.Message.ShouldContain("append-only");
        }
    }

    [Fact]
    public async Task Signatures_of_another_site_are_not_shown()
    {
        await ReleaseAsync();
        SignaturesService.SignaturesServiceClient elsewhere = new(platform.UnsignedAs(TestPlatform.PersonIn(Roles.Auditor) with { Sites = ["lei"] }));
        (await TestPlatform.RefusalsAsync(() => elsewhere.ListSignaturesAsync(new ListSignaturesRequest { Service = "quality", Entity = "doses", EntityId = "dose-1" }).ResponseAsync)).Single().Code.ShouldBe("SITE_NOT_ALLOWED");
        var id = (await Standing.OfAsync(platform, "doses", "dose-1"))[0].Manifestation.SignatureId;
        (await TestPlatform.RefusalsAsync(() => elsewhere.GetSignatureAsync(new GetSignatureRequest { Service = "quality", SignatureId = id }).ResponseAsync)).Single().Code.ShouldBe("SITE_NOT_ALLOWED");
    }

    async Task ReleaseAsync()
    {
        await platform.InstrumentAsync("HPLC-2", "bos");
        await platform.GiveAsync("batch-1", new BatchStarted { BatchId = "batch-1", BatchNumber = "LU2611A", SiteId = "bos", ProductCode = "LU-PSMA", DoseIds = { "dose-1" } });
        await platform.GiveAsync("batch-1", new SampleTaken { SampleId = "sample-1", BatchId = "batch-1", SiteId = "bos", RoomId = "qc", Activity = Activity(1e7) });
        await platform.GiveAsync("dose-1", new DoseDispensed
        {
            DoseId = "dose-1", BatchId = "batch-1", OrderId = "order-1", SiteId = "bos", RoomId = "hot-1", ProductCode = "LU-PSMA", Measured = Activity(7.4e9), VolumeMl = 10,
            ExpireTime = Timestamp.FromDateTimeOffset(TestPlatform.Start.AddHours(48)),
        });
        await platform.GiveAsync("batch-1", new BatchReadyForDisposition
        {
            BatchId = "batch-1", BatchNumber = "LU2611A", SiteId = "bos", ProductCode = "LU-PSMA", RecordVersion = 7, RecordHash = "aa11", EndOfSynthesisTime = Timestamp.FromDateTimeOffset(TestPlatform.Start),
            Doses = { new BatchDose { DoseId = "dose-1", OrderId = "order-1", ExpireTime = Timestamp.FromDateTimeOffset(TestPlatform.Start.AddHours(48)), ReleaseByTime = Timestamp.FromDateTimeOffset(TestPlatform.Start.AddHours(8)) } },
        });
        await new ResultsService.ResultsServiceClient(platform.As(Roles.QcAnalyst)).RecordResultAsync(new RecordResultRequest
        {
            RequestId = TestPlatform.RequestId(), BatchId = "batch-1", SampleId = "sample-1", TestCode = "RCP", Method = "AM-014 v3", InstrumentId = "HPLC-2", RawValue = "98.5", Unit = "%", MeasureTime = Timestamp.FromDateTimeOffset(platform.Now),
        });
        await new DispositionService.DispositionServiceClient(platform.As(Roles.Qa)).ReleaseDosesAsync(new ReleaseDosesRequest { RequestId = TestPlatform.RequestId(), BatchId = "batch-1", DoseIds = { "dose-1" }, RecordVersion = 7, RecordHash = "aa11" });
    }

    CalibratedActivity Activity(double bq) => new() { ActivityBq = bq, Nuclide = "Lu-177", ReferenceTime = Timestamp.FromDateTimeOffset(platform.Now), DataVersion = Kernel.Decay.NuclideData.Current.Version };

    // Whoever owns the database can drop what guards it; the seal has to show it all the same.
    Task AlterAsync(string sql) => InQualityAsync(async db =>
    {
        foreach (var table in sealedTables)
        {
            await db.Database.ExecuteSqlRawAsync(db.Database.IsSqlite()
                ? $"DROP TRIGGER IF EXISTS {table}_no_update"
                : $"DROP TRIGGER IF EXISTS {table}_append_only ON {table}");
        }

        return await db.Database.ExecuteSqlRawAsync(sql.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal));
    });

    async Task<int> InQualityAsync(Func<ServiceDb, Task<int>> work)
    {
        await using var scope = platform.Host.Services.CreateAsyncScope();
        return await work(platform.Host.Services.GetRequiredService<DatabaseTable>().Of("quality", scope.ServiceProvider));
    }
}
