using Doseline.Operations.V1;
using Doseline.Orders.V1;
using Doseline.Platform.Data;
using Doseline.Platform.Hosting;
using Doseline.Platform.Messaging;
using Doseline.Platform.Operations;
using Doseline.Testing;
using Google.Protobuf.WellKnownTypes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Platform.Tests.Operations;

/// <summary>Parked facts and reconciliation by the API, with one more handler in Waste that fails as long as it is told to.</summary>
public sealed class MessagesApiTests : IAsyncLifetime
{
    const string Handler = "waste.CustomerPublished";

    // A customer of this code makes the probe keep a record.
    const string Recorded = "C9";
    TestPlatform platform = null!;
    MessagesService.MessagesServiceClient qa = null!;
    bool fails;

    public async Task InitializeAsync()
    {
        platform = await TestPlatform.StartAsync(configure: builder =>
        {
            builder.Configuration["Messaging:TriesMax"] = "1";
            builder.Services.AddSingleton(p => new FactRule("waste", "orders", CustomerPublished.Descriptor, FactOrder.InTurn, Start.Beginning, null, "", (scope, message, _, _) =>
            {
                if (fails) throw new InvalidOperationException("the probe fails");
                var db = p.GetRequiredService<DatabaseTable>().Of("waste", scope);
                db.Publish("effect", new CustomerPublished());
                if (message is CustomerPublished { Code: Recorded }) db.Add(new Platform.Audit.Retention.LegalHoldRow { Id = Recorded, Entity = "", EntityId = "", Reason = "r", PlacedBy = "p", PlaceTime = db.Now });
                return Task.CompletedTask;
            }));
            builder.Services.AddFactReader("waste", "orders");
        });
        qa = new(platform.As("qa"));
    }

    public async Task DisposeAsync() => await platform.DisposeAsync();

    [Fact]
    [Requirement("A192")]
    public async Task A_parked_fact_is_seen_with_its_reason_and_replayed_once_however_often_it_is_asked_for()
    {
        var parked = await ParkAsync();
        parked.Reason.ShouldContain("the probe fails");
        (parked.State, parked.Source, parked.Type).ShouldBe((ParkedState.Parked, "orders", CustomerPublished.Descriptor.FullName));
        var status = await qa.GetMessageStatusAsync(new GetMessageStatusRequest { Service = "waste" });
        (status.ParkedCount, status.OldestParkedSeconds > 0).ShouldBe((1, true));

        (await Code(Replay(parked, reason: ""))).ShouldBe("REASON_MISSING");
        (await Code(Replay(parked, service: "orders"))).ShouldBe("FACT_NOT_PARKED");
        (await Code(Replay(parked))).ShouldBe("REPLAY_FAILED");
        fails = false;
        var request = Replay(parked);
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => qa.ReplayParkedMessageAsync(request).ResponseAsync));
        answers.ShouldAllBe(a => a.Replayed);
        (await qa.ReplayParkedMessageAsync(Replay(parked, reason: "posted again"))).Replayed.ShouldBeFalse();
        (await EffectsAsync()).ShouldBe(1);
        var done = (await qa.ListParkedMessagesAsync(new ListParkedMessagesRequest { Service = "waste", Resolved = true })).Messages.ShouldHaveSingleItem();
        (done.State, done.ResolveReason).ShouldBe((ParkedState.Replayed, "fixed"));
    }

    [Fact]
    [Requirement("A192")]
    public async Task A_fact_set_aside_is_told_by_the_reconciliation_and_never_acts()
    {
        var parked = await ParkAsync();
        (await ReconcileAsync()).ShouldContain(f => f.Fault == ReconciliationFault.Waiting && f.Handler == Handler);
        var requests = Enumerable.Range(0, 3).Select(_ => new SetAsideParkedMessageRequest { RequestId = TestPlatform.RequestId(), Service = "waste", FactId = parked.FactId, Reason = "no such customer" }).ToList();
        var answers = await Task.WhenAll(requests.Concat(requests).Select(async r => (r.RequestId, (await qa.SetAsideParkedMessageAsync(r)).SetAside)));
        answers.Distinct().Count(a => a.SetAside).ShouldBe(1, "one of three calls did it, and each says the same when it is repeated");
        answers.Distinct().Count().ShouldBe(3);
        fails = false;
        await platform.SettleAsync();
        (await EffectsAsync()).ShouldBe(0);
        (await ReconcileAsync()).ShouldHaveSingleItem().Fault.ShouldBe(ReconciliationFault.SetAside);
    }

    [Fact]
    public async Task Replay_is_for_qa_and_administrators_and_setting_aside_for_qa_alone_and_both_are_signed()
    {
        var parked = await ParkAsync();
        SetAsideParkedMessageRequest aside = new() { RequestId = TestPlatform.RequestId(), Service = "waste", FactId = parked.FactId, Reason = "x" };
        (await TestPlatform.RefusalsAsync(() => new MessagesService.MessagesServiceClient(platform.As("administrator")).SetAsideParkedMessageAsync(aside).ResponseAsync))[0].Code.ShouldBe("ROLE_NOT_ALLOWED");
        (await TestPlatform.RefusalsAsync(() => new MessagesService.MessagesServiceClient(platform.As("operator")).ReplayParkedMessageAsync(Replay(parked)).ResponseAsync))[0].Code.ShouldBe("ROLE_NOT_ALLOWED");
        MessagesService.MessagesServiceClient unsigned = new(platform.Host.As("Quinn", ["qa"]));
        (await TestPlatform.RefusalsAsync(() => unsigned.ReplayParkedMessageAsync(Replay(parked)).ResponseAsync))[0].Code.ShouldBe("SIGNATURE_REQUIRED");
    }

    [Fact]
    [Requirement("A126", "A131")]
    public async Task A_day_reconciles_until_a_payload_is_altered_a_receipt_is_lost_or_an_effect_is_doubled()
    {
        await PublishAsync("c1");
        await PublishAsync("c2");
        await platform.SettleAsync();
        (await ReconcileAsync()).ShouldBeEmpty();
        var facts = (await PublishedAsync()).ToList();
        facts.ShouldAllBe(f => f.DataHash == f.RecomputedHash && f.CorrelationId.Length > 0);

        await RunAsync("orders", db => db.WithoutTriggersAsync("facts", $"UPDATE facts SET data = '{{{{}}}}' WHERE id = '{facts[0].FactId}'"));
        (await ReconcileAsync()).ShouldHaveSingleItem().ShouldSatisfyAllConditions(f => f.Fault.ShouldBe(ReconciliationFault.AlteredAtPublisher), f => f.FactId.ShouldBe(facts[0].FactId));
        await RunAsync("waste", db => db.Database.ExecuteSqlAsync($"UPDATE inbox SET data_hash = 'x' WHERE fact_id = {facts[1].FactId}"));
        (await ReconcileAsync()).ShouldContain(f => f.Fault == ReconciliationFault.AlteredOnTheWay && f.FactId == facts[1].FactId);
        await RunAsync("waste", db => db.Database.ExecuteSqlAsync($"DELETE FROM inbox WHERE fact_id = {facts[1].FactId}"));
        (await ReconcileAsync()).ShouldContain(f => f.Fault == ReconciliationFault.Missing && f.FactId == facts[1].FactId && f.Handler == Handler);
    }

    [Fact]
    [Requirement("A131")]
    public void What_is_not_as_it_should_be_is_said_once()
    {
        PublishedFact sent = new() { FactId = "f", Type = "t", DataHash = "h", RecomputedHash = "h" };
        Faults(sent, ReceiptState.Handled).ShouldBeEmpty();
        Faults(sent, ReceiptState.Missing).ShouldBe([ReconciliationFault.Missing]);
        Faults(sent, ReceiptState.Doubled).ShouldBe([ReconciliationFault.Doubled]);
        Faults(sent, ReceiptState.Altered).ShouldBe([ReconciliationFault.AlteredOnTheWay]);
        Faults(new PublishedFact(sent) { RecomputedHash = "other" }, ReceiptState.Handled).ShouldBe([ReconciliationFault.AlteredAtPublisher]);

        static IEnumerable<ReconciliationFault> Faults(PublishedFact fact, ReceiptState state) => Reconciliation.Of("orders", [fact], [new Receipt { FactId = "f", Handler = "a.b", State = state }]).Select(f => f.Fault);
    }

    [Fact]
    [Requirement("A125")]
    public async Task A_receivers_record_keeps_who_published_when_and_what()
    {
        var fact = await platform.GiveAsync("orders", "c9", new CustomerPublished { CustomerId = "c9", Code = Recorded });
        await platform.SettleAsync();
        await using var scope = platform.Host.Services.CreateAsyncScope();
        var db = platform.Host.Services.GetRequiredService<DatabaseTable>().Of("waste", scope.ServiceProvider);
        var row = await db.AuditTrail.SingleAsync(r => r.EntityId == Recorded);
        row.CausationId.ShouldBe(fact.Id);
        using var origin = System.Text.Json.JsonDocument.Parse(row.Origin!);
        origin.RootElement.GetProperty("dataHash").GetString().ShouldBe(fact.DataHash);
        origin.RootElement.GetProperty("actor").GetString().ShouldBe(fact.Actor);
        origin.RootElement.GetProperty("time").GetDateTimeOffset().ShouldBe(fact.Time);
        Platform.Audit.AuditChain.HashOf(row with { Origin = row.Origin!.Replace("orders", "execution", StringComparison.Ordinal) }).ShouldNotBe(row.Hash);
    }

    [Fact]
    public async Task The_system_shows_every_service_with_its_messages_and_its_seal()
    {
        await PublishAsync("c1");
        await platform.SettleAsync();
        var system = await new SystemService.SystemServiceClient(platform.As("operator")).GetSystemAsync(new GetSystemRequest());
        system.Services.Select(s => s.Service).ShouldContain("waste");
        system.Services.ShouldAllBe(s => s.Healthy && s.Fault == "" && s.SchemaScript.Length > 0 && s.ParkedCount == 0);
        (system.Version.Length > 0, system.Replica.Length > 0, system.NuclideDataVersion.Length > 0).ShouldBe((true, true, true));
    }

    async Task<Doseline.Operations.V1.ParkedMessage> ParkAsync()
    {
        fails = true;
        await PublishAsync("c1");
        await platform.SettleAsync();
        platform.Clock.MoveTo(platform.Now.AddSeconds(5));
        await platform.SettleAsync();
        return (await qa.ListParkedMessagesAsync(new ListParkedMessagesRequest { Service = "waste", Handler = Handler })).Messages.ShouldHaveSingleItem();
    }

    async Task PublishAsync(string customer)
    {
        await using var scope = platform.Host.Services.CreateAsyncScope();
        var db = platform.Host.Services.GetRequiredService<DatabaseTable>().Of("orders", scope.ServiceProvider);
        db.Publish(customer, new CustomerPublished { CustomerId = customer, Code = customer });
        await db.SaveChangesAsync();
    }

    async Task<int> EffectsAsync()
    {
        await using var scope = platform.Host.Services.CreateAsyncScope();
        return await platform.Host.Services.GetRequiredService<DatabaseTable>().Of("waste", scope.ServiceProvider).Facts.CountAsync(r => r.Subject == "effect");
    }

    async Task<IReadOnlyList<PublishedFact>> PublishedAsync() => (await qa.ListPublishedFactsAsync(new ListPublishedFactsRequest
    {
        Service = "orders", FromTime = TestPlatform.Start.ToTimestamp(), ToTime = platform.Now.AddDays(1).ToTimestamp(), PageSize = 500,
    })).Facts;

    async Task<IReadOnlyList<ReconciliationFinding>> ReconcileAsync()
    {
        var facts = await PublishedAsync();
        var receipts = await qa.CheckReceiptsAsync(new CheckReceiptsRequest { Service = "waste", Publisher = "orders", Facts = { facts.Select(f => new FactReference { FactId = f.FactId, Type = f.Type, DataHash = f.DataHash }) } });
        return Reconciliation.Of("orders", facts, receipts.Receipts);
    }

    async Task RunAsync(string service, Func<ServiceDb, Task> work)
    {
        await using var scope = platform.Host.Services.CreateAsyncScope();
        await work(platform.Host.Services.GetRequiredService<DatabaseTable>().Of(service, scope.ServiceProvider));
    }

    static ReplayParkedMessageRequest Replay(Doseline.Operations.V1.ParkedMessage parked, string service = "waste", string reason = "fixed") =>
        new() { RequestId = TestPlatform.RequestId(), Service = service, FactId = parked.FactId, Reason = reason };

    async Task<string> Code(ReplayParkedMessageRequest request) => (await TestPlatform.RefusalsAsync(() => qa.ReplayParkedMessageAsync(request).ResponseAsync))[0].Code;
}
