using System.Diagnostics.CodeAnalysis;
using Doseline.Platform.Data;
using Doseline.Platform.Messaging.Log;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Doseline.Platform.Messaging.Dapr;

/// <summary>Rings over the broker for what a service has committed, with the page of it. A ring that fails is counted and forgotten: listeners look by themselves.</summary>
public sealed class DaprBell<TDb>(
    string service, IServiceScopeFactory scopes, DaprPublisher broker, PageSeal seal, PumpSignals signals, MessagingMeter meter, ILogger<DaprBell<TDb>> log) : IPump where TDb : ServiceDb
{
    // Where the page of the last ring ended; null before the first.
    LogPlace? rung;
    long heard;

    /// <inheritdoc/>
    public string Service => service;

    /// <inheritdoc/>
    public string Name => PumpNames.Bell;

    /// <inheritdoc/>
    public TimeSpan Patience => Timeout.InfiniteTimeSpan;

    /// <inheritdoc/>
    // At most twenty times a second: what is committed in quick succession travels together.
    public TimeSpan Gather => TimeSpan.FromMilliseconds(50);

    /// <inheritdoc/>
    [SuppressMessage("Design", "CA1031", Justification = "Nothing depends on a ring: what was not rung for is read all the same.")]
    public async Task<int> PumpAsync(CancellationToken cancel)
    {
        var count = signals.CountOf(service, Name);
        if (rung is not null && count == heard) return 0;
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<TDb>();
        // Nobody knows what the process before this one had rung for: the first ring of each is a bare one.
        var page = rung is { } place
            ? await FactLog.ReadAsync(db, place, null, null, Rings.PageBytesMax, cancel)
            : await FactLog.ReadAsync(db, LogPlace.Beginning, [], null, 0, cancel);
        if (rung is null || page.Forked) page = new FactPage(page.Head, [], page.Head, page.Head);
        (rung, heard) = (page.UpTo, page.UpTo.Position < page.Head.Position ? -1 : count);
        if (page.Head.Position == 0) return 0;
        try
        {
            await broker.PublishAsync(service, Rings.Write(service, page, db.Now, seal), cancel);
            meter.Rung(service, taken: true);
        }
        catch (Exception fault) when (!cancel.IsCancellationRequested)
        {
            meter.Rung(service, taken: false);
            log.LogWarning("A ring of {Service} up to {Position} was not taken: {Reason}", service, page.UpTo.Position, fault.Message);
        }

        return 1;
    }
}
