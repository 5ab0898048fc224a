using System.Text;
using System.Text.Json;
using Doseline.Platform.Auth;
using Doseline.Platform.Messaging;
using Doseline.Platform.Messaging.Dapr;
using Doseline.Platform.Messaging.Delivery;
using Doseline.Platform.Rpc;
using Doseline.Platform.Tests.Stage;
using Doseline.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Platform.Tests.Messaging;

public sealed class DaprTests : IAsyncLifetime
{
    FakeSidecar sidecar = null!;
    StageHost host = null!;

    public async Task InitializeAsync()
    {
        sidecar = await FakeSidecar.StartAsync();
        host = await StageHost.StartAsync(
            $"--DAPR_HTTP_PORT={sidecar.Port}", $"--DAPR_API_TOKEN={FakeSidecar.ApiToken}", $"--APP_API_TOKEN={FakeSidecar.AppToken}", "--APP_ID=execution", "--Dapr:Timeout=00:00:05");
        sidecar.App = host.Services.GetRequiredService<ServiceChannels>().OwnAddress;
    }

    public async Task DisposeAsync()
    {
        await host.DisposeAsync();
        await sidecar.DisposeAsync();
    }

    [Fact]
    [Requirement("A125")]
    public async Task A_fact_goes_out_in_its_own_envelope_comes_back_rewritten_and_is_handled_once()
    {
        await host.PublishAsync("c/1", "a<é");
        await host.SettleAsync();
        var (topic, query, envelope) = sidecar.Published.ShouldHaveSingleItem();
        (topic, query).ShouldBe(("orders", "?metadata.partitionKey=c%2F1"));
        (await sidecar.DeliverAsync(topic, envelope)).ShouldBe(["SUCCESS"]);
        (await sidecar.DeliverAsync(topic, envelope)).ShouldBe(["SUCCESS"]);
        (await host.SeenAsync("c/1")).ShouldBe(["a<é"]);
    }

    [Theory]
    [Requirement("A115", "A171", "A202")]
    [InlineData(404)]
    [InlineData(500)]
    [InlineData(0)]
    public async Task A_publish_that_fails_is_tried_again_with_the_same_id_and_stops_its_subject_only(int status)
    {
        sidecar.PublishFault = envelope => envelope.Contains("\"c1\"", StringComparison.Ordinal) ? status : null;
        await host.PublishAsync("c1", "a", "b");
        await host.PublishAsync("c2", "x");
        await host.SettleAsync();
        sidecar.Published.Select(p => SubjectOf(p.Envelope)).ShouldBe(["c2"]);
        sidecar.PublishFault = _ => null;
        await host.SettleAsync();
        sidecar.Published.Select(p => SubjectOf(p.Envelope)).ShouldBe(["c2", "c1", "c1"]);
        (await host.InAsync<OrdersDb, int>(db => db.Outbox.CountAsync(r => r.SentTime == null))).ShouldBe(0);
    }

    [Fact]
    [Requirement("A171")]
    public async Task A_handler_that_fails_keeps_the_fact_here_in_order_and_the_broker_is_done_with_it()
    {
        host.Troubles.Fail("a");
        foreach (var code in new[] { "a", "b" }) (await sidecar.DeliverAsync("orders", Envelope(host.Fact("c1", code)))).ShouldBe(["SUCCESS"]);
        (await host.SeenAsync()).ShouldBeEmpty();
        host.Troubles.Clear();
        await host.SettleAsync();
        (await host.SeenAsync()).ShouldBe(["a", "b"]);
    }

    [Fact]
    [Requirement("A126", "A203")]
    public async Task What_is_no_fact_of_its_topic_or_was_altered_is_dropped_dead_lettered_and_parked()
    {
        var fact = host.Fact("c1", "a");
        foreach (var bad in new[] { Envelope(fact with { Data = "{\"code\":\"z\"}" }), Envelope(fact with { Source = "quality" }), "{\"specversion\":\"1.0\"}" })
            (await sidecar.DeliverAsync("orders", bad)).ShouldBe(["DROP", "SUCCESS"]);
        (await sidecar.DeliverAsync("orders", Envelope(host.Fact("c1", "b")))).ShouldBe(["SUCCESS"]);
        (await host.SeenAsync()).ShouldBe(["b"]);
        var parked = await host.Parked.ListAsync("execution", false, default);
        parked.Count.ShouldBe(3);
        parked.ShouldAllBe(p => p.State == WaitState.Parked && p.Reason.Length > 0);
    }

    [Fact]
    public async Task What_the_broker_gave_up_is_parked_once_unless_it_was_handled()
    {
        var (handled, lost) = (host.Fact("c1", "a"), host.Fact("c2", "b"));
        await sidecar.DeliverAsync("orders", Envelope(handled));
        foreach (var fact in new[] { handled, lost, lost }) (await sidecar.DeliverAsync("orders.execution.dead", Envelope(fact))).ShouldBe(["SUCCESS"]);
        (await host.Parked.ListAsync("execution", false, default)).ShouldHaveSingleItem().FactId.ShouldBe(lost.Id);
        await host.Parked.ReplayAsync(lost.Id, Listener.Name, Caller.Service("execution"), "broker was down", null, default);
        (await host.SeenAsync()).ShouldBe(["a", "b"]);
    }

    [Fact]
    [Requirement("A058")]
    public async Task A_fact_of_a_type_nobody_here_knows_is_acknowledged()
    {
        (await sidecar.DeliverAsync("orders", Envelope(host.Fact("c1", "a") with { Type = "doseline.orders.v2.Unheard" }))).ShouldBe(["SUCCESS"]);
        (await host.SeenAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("GET", "/dapr/subscribe")]
    [InlineData("POST", "/facts/orders")]
    [InlineData("POST", "/facts/orders/dead")]
    public async Task Callbacks_without_the_app_token_are_refused(string method, string path)
    {
        foreach (var token in new[] { null, "", "wrong", FakeSidecar.ApiToken, FakeSidecar.AppToken + "x" })
            (await sidecar.CallAsync(new HttpMethod(method), path, method is "GET" or "DELETE" ? null : "{}", token)).Status.ShouldBe(401);
    }

    [Fact]
    public async Task The_sidecar_is_told_the_topics()
    {
        var (_, subscriptions) = await sidecar.CallAsync(HttpMethod.Get, "/dapr/subscribe");
        subscriptions.ShouldBe("""[{"pubsubname":"pubsub","topic":"orders","deadLetterTopic":"orders.execution.dead","routes":{"default":"/facts/orders"}},{"pubsubname":"pubsub","topic":"orders.execution.dead","routes":{"default":"/facts/orders/dead"}}]""");
    }

    [Fact]
    public async Task A_host_with_a_sidecar_and_no_app_token_does_not_start() =>
        await Should.ThrowAsync<InvalidOperationException>(() => StageHost.StartAsync("--DAPR_HTTP_PORT=1"));

    static string Envelope(Fact fact) => Encoding.UTF8.GetString(CloudEvents.Write(fact));

    static string SubjectOf(string envelope) => JsonDocument.Parse(envelope).RootElement.GetProperty("subject").GetString()!;
}
