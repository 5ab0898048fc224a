using Doseline.Execution.V1;
using Doseline.Local.Simulation;
using Doseline.Orders.V1;
using Doseline.Platform.Data;
using Doseline.Testing;
using Doseline.Testing.Faults;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.EndToEnd.Tests.Stories;

/// <summary>Demonstration 4: the commercial side is down; execution goes on, facts wait, and when it is back nothing was lost or doubled.</summary>
public sealed class OutageStory
{
    const string Commercial = "orders";

    public static TheoryData<string> Products() => [.. Story.Products];

    [Theory]
    [Requirement("A047", "A077", "A089", "A090", "A183")]
    [MemberData(nameof(Products))]
    public async Task Execution_makes_releases_and_ships_while_orders_are_down_and_they_catch_up_without_loss_or_double(string product)
    {
        var (story, logs) = await BeginAsync(product);
        await using var _ = story;
        await story.OrderAndReceiveAsync();

        logs.Stop(Commercial, DateTimeOffset.MaxValue);
        (await CodeAsync(story.OrderNowAsync)).ShouldBe(StatusCode.Unavailable);
        await story.StartAsync();
        await story.SynthesiseAsync();
        await story.DispenseAsync();
        await story.FinishAsync();
        await story.LabelAsync();
        await story.TestAsync();
        await story.ReleaseAsync();
        await story.PackAsync();
        await story.ShipAsync();
        await story.DeliverAsync();
        (await story.RecordAsync()).Batch.State.ShouldBe(BatchState.Closed, "the record needs nothing of the commercial side");
        (await StreamBook.ReadAsync(story.Platform.Host.Services)).Unread.ShouldBeGreaterThan(0, "what happened waits for it");
        (await CodeAsync(story.BillAsync)).ShouldBe(StatusCode.Unavailable);

        logs.Start(Commercial);
        await story.Platform.SettleAsync();
        (await story.OrderNowAsync()).State.ShouldBe(OrderState.Delivered);
        await story.BillAsync();
        await story.BillAsync();
        await ReconciledAsync(story);
    }

    [Theory]
    [Requirement("A091", "A097", "A171", "A183")]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    [InlineData(14)]
    public async Task However_often_orders_go_down_their_trail_tells_the_whole_story_in_order_and_once(int seed)
    {
        var (story, logs) = await BeginAsync(Story.Products[seed % Story.Products.Count]);
        await using var _ = story;
        await story.OrderAndReceiveAsync();
        Random random = new(seed);
        Func<Task>[] acts =
        [
            story.StartAsync, story.SynthesiseAsync, story.DispenseAsync, story.FinishAsync, story.LabelAsync, story.TestAsync, story.ReleaseAsync, story.PackAsync, story.ShipAsync, story.DeliverAsync,
        ];
        foreach (var act in acts)
        {
            if (random.Next(2) == 0) logs.Stop(Commercial, DateTimeOffset.MaxValue);
            else logs.Start(Commercial);
            await act();
        }

        logs.Start(Commercial);
        await story.Platform.SettleAsync();
        await story.BillAsync();
        await ReconciledAsync(story);
    }

    static async Task ReconciledAsync(Story story)
    {
        (await story.OrderNowAsync()).State.ShouldBe(OrderState.Invoiced);
        var book = await StreamBook.ReadAsync(story.Platform.Host.Services);
        book.Unread.ShouldBe(0);
        book.Waiting.ShouldBeEmpty();
        book.Sums.Where(s => s.Value.Published != s.Value.Taken).ShouldBeEmpty("counts and hashes agree at both ends of every stream");

        // The order's own trail: each state once, in the order of its life, and each change names the fact that caused it.
        await using var scope = story.Platform.Host.Services.CreateAsyncScope();
        var databases = story.Platform.Host.Services.GetRequiredService<DatabaseTable>();
        var trail = await databases.Of(Commercial, scope.ServiceProvider).AuditTrail.Where(r => r.Entity == "orders" && r.EntityId == story.Order.Accepted!.OrderId).OrderBy(r => r.Version).ToListAsync();
        var states = trail.Select(r => System.Text.Json.JsonDocument.Parse(r.Changes).RootElement)
            .Where(c => c.TryGetProperty("state", out var _)).Select(c => c.GetProperty("state")[1].GetString()).ToList();
        states.ShouldBeUnique();
        states.ShouldBe(states.OrderBy(s => Enum.Parse<OrderState>(s!)));
        string[] needed = [nameof(OrderState.Released), nameof(OrderState.Shipped), nameof(OrderState.Delivered), nameof(OrderState.Invoiced)];
        needed.Except(states).ShouldBeEmpty();
        var committed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var service in new[] { "execution", "quality", "shipping" }) committed.UnionWith(await StreamBook.FactIdsAsync(databases.Of(service, scope.ServiceProvider)));
        trail.Where(r => r.Actor == "service:orders").Select(r => r.CausationId).Except(committed).ShouldBeEmpty("no effect without a fact that was committed");
    }

    static async Task<(Story Story, UnrulyLogs Logs)> BeginAsync(string product)
    {
        SimulatedClock clock = new(DateTimeOffset.MinValue);
        UnrulyLogs logs = new(new FaultPlan(0), clock);
        return (await Story.BeginAsync(product, builder => builder.AddFaults(logs), clock), logs);
    }

    static async Task<StatusCode> CodeAsync(Func<Task> call) => (await Assert.ThrowsAsync<RpcException>(call)).StatusCode;
}
