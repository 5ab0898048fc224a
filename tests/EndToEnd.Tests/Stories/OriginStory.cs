using System.Text.Json;
using Doseline.Platform.Data;
using Doseline.Platform.Messaging;
using Doseline.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.EndToEnd.Tests.Stories;

/// <summary>What a service records because another told it says who told it, when, and what exactly.</summary>
public sealed class OriginStory
{
    [Fact]
    [Requirement("A125")]
    public async Task Every_record_that_a_fact_made_in_another_service_keeps_its_publishers_person_time_and_hash()
    {
        await using var story = await Story.BeginAsync("LU177-PSMA");
        await story.MakeAsync();
        await story.ReleaseAsync();
        await story.PackAsync();
        await story.ShipAsync();
        await story.DeliverAsync();

        var facts = story.Platform.Published.ToDictionary(f => f.Id, StringComparer.Ordinal);
        HashSet<string> listeners = [], people = [];
        await using var scope = story.Platform.Host.Services.CreateAsyncScope();
        var databases = story.Platform.Host.Services.GetRequiredService<DatabaseTable>();
        foreach (var service in databases.Services)
        {
            foreach (var row in await databases.Of(service, scope.ServiceProvider).AuditTrail.AsNoTracking().Where(r => r.Origin != null).ToListAsync())
            {
                var fact = facts[row.CausationId];
                using var origin = JsonDocument.Parse(row.Origin!);
                var kept = origin.RootElement;
                (kept.GetProperty("source").GetString(), kept.GetProperty("type").GetString(), kept.GetProperty("actor").GetString()).ShouldBe((fact.Source, fact.Type, fact.Actor), $"{service} {row.Entity} {row.EntityId}");
                kept.GetProperty("time").GetDateTimeOffset().ShouldBe(fact.Time);
                // Hashed anew from what the publisher's log holds.
                kept.GetProperty("dataHash").GetString().ShouldBe(Fact.HashOf(fact.Data));
                listeners.Add(service);
                if (fact.Actor.StartsWith("person:", StringComparison.Ordinal)) people.Add(fact.Actor);
            }
        }

        // Whatever a fact changed anywhere says so, and nothing that a fact changed keeps silent about it.
        foreach (var service in databases.Services)
            (await databases.Of(service, scope.ServiceProvider).AuditTrail.AsNoTracking().Where(r => r.Origin == null).Select(r => r.CausationId).ToListAsync()).Where(facts.ContainsKey).ShouldBeEmpty(service);
        listeners.Count.ShouldBeGreaterThanOrEqualTo(5, string.Join(", ", listeners));
        people.Count.ShouldBeGreaterThanOrEqualTo(3, string.Join(", ", people));
    }
}
