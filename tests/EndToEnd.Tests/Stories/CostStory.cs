using Doseline.Testing;
using Xunit.Abstractions;

namespace Doseline.EndToEnd.Tests.Stories;

/// <summary>
/// What an order, and a dose on its way from order to door, cost their databases: messages that look rows up, commands past the lanes, and commits, with
/// all that the clock brings on the way. The bounds are generous: they are there so that the next look-up in a loop is noticed.
/// </summary>
public sealed class CostStory(ITestOutputHelper output)
{
    const long OfOrder = 400, OfDose = 2000, CommitsOfDose = 400;

    [Fact]
    public async Task An_order_and_a_dose_to_its_door_cost_so_much_and_no_more()
    {
        using DatabaseCount count = new();
        await using var story = await Story.BeginAsync(Story.Products[0], count.Configure);
        count.Watch(story.Platform.Host.Services);
        await story.OrderAndReceiveAsync();
        Sum().ShouldBeLessThanOrEqualTo(OfOrder);
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
        await story.BillAsync();
        Sum().ShouldBeInRange(1, OfDose);
        count.Now.Commits.ShouldBeInRange(1, CommitsOfDose);

        long Sum()
        {
            var (lookups, commands, commits) = count.Now;
            output.WriteLine($"{lookups} messages that look up, {commands} commands, {commits} commits");
            return lookups + commands + commits;
        }
    }
}
