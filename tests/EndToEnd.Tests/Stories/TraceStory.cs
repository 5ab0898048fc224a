using System.Collections.Concurrent;
using System.Diagnostics;
using Doseline.Platform.Messaging;
using Doseline.Platform.Telemetry;
using Doseline.Testing;

namespace Doseline.EndToEnd.Tests.Stories;

/// <summary>What follows from what somebody did is of one trace, whichever services it goes through.</summary>
public sealed class TraceStory
{
    // Those that work with a dose from its order to its door.
    static readonly string[] Services = ["execution", "inventory", "labeling", "orders", "quality", "shipping", "waste"];

    [Fact]
    [Requirement("A131")]
    public async Task What_follows_from_an_act_is_of_its_trace_in_every_service()
    {
        ConcurrentQueue<Activity> spans = [];
        using ActivityListener traces = new()
        {
            ShouldListenTo = source => source.Name is "Microsoft.AspNetCore" || PlatformTelemetry.Sources.Contains(source.Name),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(traces);
        await using var story = await Story.BeginAsync("LU177-PSMA");
        await story.MakeAsync();
        await story.ReleaseAsync();
        await story.PackAsync();
        await story.ShipAsync();
        await story.DeliverAsync();

        var facts = story.Platform.Published.ToDictionary(f => f.Id, StringComparer.Ordinal);
        // A fact that another caused is of the trace of that one, and who handles it goes on in it.
        foreach (var fact in facts.Values.Where(f => facts.ContainsKey(f.CausationId))) TraceOf(fact).ShouldBe(TraceOf(facts[fact.CausationId]), $"{fact.Type} {fact.Subject}");
        HashSet<string> services = new(StringComparer.Ordinal);
        foreach (var span in spans.Where(s => s.OperationName.StartsWith("handle ", StringComparison.Ordinal)))
        {
            if (span.GetTagItem("messaging.message.id") is not string id || !facts.TryGetValue(id, out var fact)) continue;
            span.TraceId.ToHexString().ShouldBe(TraceOf(fact), $"{span.OperationName} by {span.GetTagItem("doseline.handler")}");
            services.UnionWith([fact.Source, ((string)span.GetTagItem("doseline.handler")!).Split('.', '/')[0]]);
        }

        string.Join(", ", services.Order(StringComparer.Ordinal)).ShouldBe(string.Join(", ", Services));
    }

    static string TraceOf(Fact fact) => ActivityContext.TryParse(fact.TraceParent, null, out var context) ? context.TraceId.ToHexString() : "none";
}
