using Doseline.Platform.Data;
using Doseline.Platform.Messaging;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Testing;

/// <summary>The logs of a platform, read from its databases.</summary>
public static class Logs
{
    /// <summary>Every fact that was published, by time, and those of one service in the order of its log.</summary>
    public static IReadOnlyList<Fact> Of(IServiceProvider services)
    {
        using var scope = services.CreateScope();
        var databases = services.GetRequiredService<DatabaseTable>();
        return [.. databases.Services.SelectMany(service => Of(databases.Of(service, scope.ServiceProvider))).OrderBy(f => f.Time).ThenBy(f => f.Source, StringComparer.Ordinal).ThenBy(f => f.Position)];
    }

    /// <summary>The log of one service.</summary>
    public static IReadOnlyList<Fact> Of(ServiceDb db) => [.. db.Facts.OrderBy(f => f.Position).AsEnumerable().Select(row => new Fact
    {
        Position = row.Position, Id = row.Id, Source = db.Service, Type = row.Type, Subject = row.Subject, Time = row.Time, Data = row.Data, DataHash = row.DataHash,
        CorrelationId = row.CorrelationId, CausationId = row.CausationId, Actor = row.Actor, TraceParent = row.TraceParent, Sequence = row.Sequence ?? 0,
    })];
}
