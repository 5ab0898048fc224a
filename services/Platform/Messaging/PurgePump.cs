using Doseline.Platform.Data;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Platform.Messaging;

/// <summary>Removes, from time to time, what a service has kept long enough of its messages, from one replica at a time.</summary>
public sealed class PurgePump<TDb>(string service, IServiceScopeFactory scopes, MessagingOptions options, Replica replica, TimeProvider clock) : IPump, IHandsOver where TDb : ServiceDb
{
    readonly Lease lease = new(PumpNames.Purge, replica.Holder, options.Lease);
    DateTimeOffset? due;

    /// <inheritdoc/>
    public string Service => service;

    /// <inheritdoc/>
    public string Name => PumpNames.Purge;

    /// <inheritdoc/>
    public Task<DateTimeOffset?> NextAsync(CancellationToken cancel) => Task.FromResult(due);

    /// <inheritdoc/>
    public async Task<int> PumpAsync(CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        if (now < (due ??= now + options.PurgeEvery)) return 0;
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<TDb>();
        var left = await lease.TakeAsync(db, cancel) is not null && await MessagePurge.RunAsync(db, options, cancel);
        if (!left) due = now + options.PurgeEvery;
        return left ? 1 : 0;
    }

    /// <inheritdoc/>
    public async Task HandOverAsync(CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        await lease.ReleaseAsync(scope.ServiceProvider.GetRequiredService<TDb>(), cancel);
    }
}
