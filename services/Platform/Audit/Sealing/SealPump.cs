using Doseline.Platform.Data;
using Doseline.Platform.Messaging;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Platform.Audit.Sealing;

/// <summary>Seals a service's audit trail on its schedule, from one replica at a time.</summary>
public sealed class SealPump<TDb>(string service, IServiceScopeFactory scopes, AuditSealer sealer, SealOptions options, MessagingOptions messaging, Replica replica, TimeProvider clock)
    : IPump, IHandsOver where TDb : ServiceDb
{
    readonly Lease lease = new(PumpNames.Seal, replica.Holder, messaging.Lease);
    DateTimeOffset? sealTime, headTime, lookTime;

    /// <inheritdoc/>
    public string Service => service;

    /// <inheritdoc/>
    public string Name => PumpNames.Seal;

    /// <inheritdoc/>
    public Task<DateTimeOffset?> NextAsync(CancellationToken cancel) => Task.FromResult(sealTime);

    /// <inheritdoc/>
    public async Task<int> PumpAsync(CancellationToken cancel)
    {
        // Looked at by every replica: nothing but the clock until it is time.
        var now = clock.GetUtcNow();
        headTime ??= now + options.HeadEvery;
        if (now < (sealTime ??= now + options.SealEvery)) return 0;
        sealTime = now + options.SealEvery;

        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<TDb>();
        var (rows, _) = await sealer.UnsealedAsync(db, cancel);
        var looks = now >= (lookTime ??= now);
        var signs = now >= headTime;
        if ((rows == 0 && !looks && !signs) || await lease.TakeAsync(db, cancel) is null) return 0;

        var (count, _) = await sealer.SealAsync(db, looks, signs, cancel);
        if (looks) lookTime = now + options.LookThroughEvery;
        if (signs || count > 0) headTime = now + options.HeadEvery;
        return (int)Math.Min(count, int.MaxValue);
    }

    /// <inheritdoc/>
    public async Task HandOverAsync(CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        await lease.ReleaseAsync(scope.ServiceProvider.GetRequiredService<TDb>(), cancel);
    }
}
