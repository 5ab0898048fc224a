using Doseline.Platform.Data;
using Doseline.Platform.Messaging;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Platform.Audit.Sealing;

/// <summary>Has a service's sealed rows hashed again at an even pace, by one replica at a time.</summary>
public sealed class RehashPump<TDb>(string service, IServiceScopeFactory scopes, SealedRows rows, MessagingOptions messaging, SealOptions options, Replica replica, TimeProvider clock)
    : IPump, IHandsOver where TDb : ServiceDb
{
    // A minute of the six hours that a round has by default.
    const int StepsOfRound = 360;

    readonly Lease lease = new(PumpNames.Rehash, replica.Holder, messaging.Lease);
    DateTimeOffset? due;

    /// <inheritdoc/>
    public string Service => service;

    /// <inheritdoc/>
    public string Name => PumpNames.Rehash;

    /// <inheritdoc/>
    public Task<DateTimeOffset?> NextAsync(CancellationToken cancel) => Task.FromResult(due);

    /// <inheritdoc/>
    public async Task<int> PumpAsync(CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        if (now < (due ??= now + Step)) return 0;
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<TDb>();
        var count = await lease.TakeAsync(db, cancel) is null ? 0 : await rows.StepAsync(db, cancel);
        if (count == 0) due = now + Step;
        return count;
    }

    /// <inheritdoc/>
    public async Task HandOverAsync(CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        await lease.ReleaseAsync(scope.ServiceProvider.GetRequiredService<TDb>(), cancel);
    }

    TimeSpan Step => options.RehashWithin / StepsOfRound;
}
