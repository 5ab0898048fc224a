using Doseline.Audit.V1;
using Doseline.Orders.V1;
using Doseline.Platform.Audit.Retention;
using Doseline.Platform.Data;
using Doseline.Platform.Messaging;
using Doseline.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Platform.Tests.Audit;

public sealed class RetentionTests
{
    static readonly DateTimeOffset Changed = new(2026, 11, 23, 6, 0, 0, TimeSpan.Zero);

    [Theory]
    [Requirement("E08")]
    // Class, policy in months, years later, holds; the codes of the refusals.
    [InlineData("RECEIPT", 0, 2.9, 0, "RETENTION_NOT_OVER")]
    [InlineData("RECEIPT", 0, 3.1, 0, "")]
    [InlineData("RECEIPT", 180, 3.1, 0, "RETENTION_NOT_OVER")]
    [InlineData("RECEIPT", 180, 15.1, 0, "")]
    [InlineData("TRANSFER", 0, 2.9, 0, "RETENTION_NOT_OVER")]
    [InlineData("TRANSFER", 0, 3.1, 1, "LEGAL_HOLD")]
    [InlineData("DISPOSAL", 0, 99, 0, "RETENTION_UNLIMITED")]
    [InlineData("DISPOSAL", 180, 99, 2, "RETENTION_UNLIMITED,LEGAL_HOLD,LEGAL_HOLD")]
    [InlineData("SHIPPING_PAPER", 0, 1.9, 0, "RETENTION_NOT_OVER")]
    [InlineData("SHIPPING_PAPER", 0, 2.1, 0, "")]
    [InlineData("BATCH_RECORD", 12, 4.9, 1, "RETENTION_NOT_OVER,LEGAL_HOLD")]
    public void A_record_leaves_when_its_time_is_over_and_nothing_holds_it(string code, int policy, double years, int holds, string refused)
    {
        var recordClass = RetentionTable.Current.Classes.Single(c => c.Code == code);
        var decision = RetentionRules.MayLeave("r", recordClass, policy, Changed, [.. Enumerable.Range(0, holds).Select(i => $"h{i}")], Changed.AddDays(years * 365.25));
        string.Join(',', decision.Refusals.Select(r => r.Code)).ShouldBe(refused);
        if (refused.StartsWith("RETENTION_NOT_OVER", StringComparison.Ordinal)) decision.Refusals[0].Numbers.Keys.ShouldBe(["retention_class", "months_kept", "months_min", "change_time", "keep_until_time", "basis"], ignoreOrder: true);
    }

    [Fact]
    [Requirement("E08")]
    public async Task Every_class_has_a_source_and_tables_that_exist_and_every_table_has_a_class()
    {
        await using var platform = await TestPlatform.StartAsync();
        await using var scope = platform.Host.Services.CreateAsyncScope();
        var databases = platform.Host.Services.GetRequiredService<DatabaseTable>();
        HashSet<string> tables = new(databases.Services.SelectMany(s => Platform.Audit.AuditedTable.Of(databases.Of(s, scope.ServiceProvider)).Keys.Select(t => $"{s}.{t}")), StringComparer.Ordinal);
        RetentionTable.Current.Classes.ShouldAllBe(c => c.Basis.Length > 0 && c.StartsWith.Length > 0 && (c.Trust == "READ" || c.Trust == "RECALLED") && c.MonthsMin >= 0);
        RetentionTable.Current.Classes.SelectMany(c => c.Tables).Where(t => !tables.Contains(t)).ShouldBeEmpty();
        RetentionTable.Current.Classes.SelectMany(c => c.Tables).ShouldBeUnique();
        RetentionTable.Current.ClassOf("orders", "products").Code.ShouldBe(RetentionTable.Rest);

        RetentionService.RetentionServiceClient anyone = new(platform.As("operator"));
        var classes = await anyone.GetRetentionScheduleAsync(new GetRetentionScheduleRequest { Service = "orders" });
        classes.DataVersion.ShouldBe(RetentionTable.Current.Version);
        classes.Classes.Select(c => c.Code).ShouldContain("DISPOSAL");
        classes.Classes.Where(c => c.MonthsMin > 0).ShouldAllBe(c => c.MonthsKept == 180);
    }

    [Fact]
    [Requirement("E08")]
    public async Task Early_deletion_is_refused_and_a_hold_outlasts_every_period()
    {
        await using var platform = await TestPlatform.StartAsync();
        // Asked for anew, for decades pass and no token lasts that long.
        RetentionService.RetentionServiceClient Qa() => new(platform.As("qa"));
        // The hold is itself a record of this service, and as good as any.
        var hold = (await Qa().PlaceLegalHoldAsync(new PlaceLegalHoldRequest { RequestId = TestPlatform.RequestId(), Service = "orders", Entity = "legal_holds", Reason = "subpoena 7" })).Hold;
        CheckRetentionRequest check = new() { Service = "orders", Entity = "legal_holds", EntityId = hold.HoldId };
        (await CodesAsync(Qa(), check)).ShouldBe(["RETENTION_NOT_OVER", "LEGAL_HOLD"]);
        platform.Clock.MoveTo(platform.Now.AddYears(16));
        (await CodesAsync(Qa(), check)).ShouldBe(["LEGAL_HOLD"]);

        (await TestPlatform.RefusalsAsync(() => Qa().LiftLegalHoldAsync(new LiftLegalHoldRequest { RequestId = TestPlatform.RequestId(), Service = "orders", HoldId = hold.HoldId, Version = 7 }).ResponseAsync))[0].Code.ShouldBe("REASON_MISSING");
        (await TestPlatform.RefusalsAsync(() => Qa().LiftLegalHoldAsync(new LiftLegalHoldRequest { RequestId = TestPlatform.RequestId(), Service = "orders", HoldId = hold.HoldId, Version = 7, Reason = "over" }).ResponseAsync))[0].Code.ShouldBe("VERSION_STALE");
        var lifted = (await Qa().LiftLegalHoldAsync(new LiftLegalHoldRequest { RequestId = TestPlatform.RequestId(), Service = "orders", HoldId = hold.HoldId, Version = hold.Version, Reason = "case closed" })).Hold;
        (lifted.Version, lifted.LiftedBy).ShouldBe((2, lifted.PlacedBy));
        (await TestPlatform.RefusalsAsync(() => Qa().LiftLegalHoldAsync(new LiftLegalHoldRequest { RequestId = TestPlatform.RequestId(), Service = "orders", HoldId = hold.HoldId, Version = 2, Reason = "again" }).ResponseAsync))[0].Code.ShouldBe("HOLD_LIFTED");
        (await CodesAsync(Qa(), check)).ShouldBe(["RETENTION_NOT_OVER"], "lifting it was a change of the record");
        platform.Clock.MoveTo(platform.Now.AddYears(15).AddDays(1));
        (await Qa().CheckRetentionAsync(check)).RetentionClass.Code.ShouldBe("GXP_RECORD");
        (await Qa().ListLegalHoldsAsync(new ListLegalHoldsRequest { Service = "orders" })).Holds.ShouldBeEmpty();
        (await Qa().ListLegalHoldsAsync(new ListLegalHoldsRequest { Service = "orders", WithLifted = true })).Holds.ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData("nonsense", "", "ENTITY_UNKNOWN")]
    [InlineData("", "x", "ENTITY_MISSING")]
    public async Task A_hold_on_nothing_is_refused(string entity, string id, string code)
    {
        await using var platform = await TestPlatform.StartAsync();
        RetentionService.RetentionServiceClient qa = new(platform.As("qa"));
        var refusals = await TestPlatform.RefusalsAsync(() => qa.PlaceLegalHoldAsync(new PlaceLegalHoldRequest { RequestId = TestPlatform.RequestId(), Service = "orders", Entity = entity, EntityId = id }).ResponseAsync);
        refusals.Select(r => r.Code).ShouldBe(["REASON_MISSING", code]);
    }

    [Fact]
    [Requirement("E08")]
    public async Task A_purge_removes_old_messages_never_a_record_and_nothing_under_a_hold()
    {
        await using var platform = await TestPlatform.StartAsync();
        RetentionService.RetentionServiceClient qa = new(platform.As("qa"));
        await PublishAsync(platform);
        var hold = (await qa.PlaceLegalHoldAsync(new PlaceLegalHoldRequest { RequestId = TestPlatform.RequestId(), Service = "orders", Reason = "investigation" })).Hold;
        platform.Clock.MoveTo(platform.Now.AddDays(40));
        (await LineAsync(qa, "requests")).ShouldSatisfyAllConditions(l => l.RemovableCount.ShouldBe(0), l => l.KeptBecause.ShouldContain("legal hold"));
        await platform.SettleAsync();
        (await CountAsync(platform)).ShouldBe(1);
        await qa.LiftLegalHoldAsync(new LiftLegalHoldRequest { RequestId = TestPlatform.RequestId(), Service = "orders", HoldId = hold.HoldId, Version = 1, Reason = "closed" });
        (await LineAsync(qa, "requests")).RemovableCount.ShouldBe(1);
        (await LineAsync(qa, "facts")).ShouldSatisfyAllConditions(l => l.RowCount.ShouldBe(1), l => l.RemovableCount.ShouldBe(0), l => l.KeptBecause.ShouldContain("never deleted"));
        (await LineAsync(qa, "audit")).ShouldSatisfyAllConditions(l => l.RowCount.ShouldBe(2), l => l.RemovableCount.ShouldBe(0), l => l.KeptBecause.ShouldContain("never deleted"));
        platform.Clock.MoveTo(platform.Now.AddHours(5));
        await platform.SettleAsync();
        (await CountAsync(platform)).ShouldBe(1, "the answer of the call that placed the hold is gone");
        (await LineAsync(qa, "legal_holds")).RowCount.ShouldBe(1);
    }

    static async Task<IEnumerable<string>> CodesAsync(RetentionService.RetentionServiceClient client, CheckRetentionRequest check) =>
        (await TestPlatform.RefusalsAsync(() => client.CheckRetentionAsync(check).ResponseAsync)).Select(r => r.Code);

    static async Task<PurgeLine> LineAsync(RetentionService.RetentionServiceClient client, string table) =>
        (await client.PreviewPurgeAsync(new PreviewPurgeRequest { Service = "orders" })).Lines.Single(l => l.Table == table);

    static async Task PublishAsync(TestPlatform platform)
    {
        await using var scope = platform.Host.Services.CreateAsyncScope();
        var db = platform.Host.Services.GetRequiredService<DatabaseTable>().Of("orders", scope.ServiceProvider);
        db.Publish("c1", new CustomerPublished { CustomerId = "c1", Code = "C1" });
        await db.SaveChangesAsync();
        await platform.SettleAsync();
    }

    static async Task<int> CountAsync(TestPlatform platform)
    {
        await using var scope = platform.Host.Services.CreateAsyncScope();
        return await platform.Host.Services.GetRequiredService<DatabaseTable>().Of("orders", scope.ServiceProvider).Requests.CountAsync();
    }
}
