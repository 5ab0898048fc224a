using Doseline.Platform.Actors;
using Doseline.Platform.Data;
using Doseline.Platform.Messaging;
using Doseline.Platform.Messaging.Log;
using Doseline.Platform.Messaging.Reading;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Testing.Faults;

/// <summary>
/// Logs as a bad day shows them: away for minutes, pages cut short, what was read read again, another reader at the same time on the same page, and a
/// process that dies at any step between reading and the cursor.
/// </summary>
public sealed class UnrulySource(UnrulyLogs logs, FactSource inner, DatabaseTable databases, IServiceProvider services) : IFactSource, IReminderPump
{
    /// <inheritdoc/>
    public string Service => "logs";

    /// <inheritdoc/>
    public string Name => "away";

    /// <inheritdoc/>
    public bool IsHere(string publisher) => inner.IsHere(publisher);

    /// <inheritdoc/>
    public Task<DateTimeOffset?> NextAsync(CancellationToken cancel) => Task.FromResult(logs.NextTime);

    /// <inheritdoc/>
    public Task<int> PumpAsync(CancellationToken cancel) => Task.FromResult(0);

    /// <inheritdoc/>
    public async Task<FactPage> ReadAsync(string listener, string publisher, LogPlace after, IReadOnlyCollection<string> types, long? until, CancellationToken cancel)
    {
        if (logs.IsCut(listener, publisher)) throw new PublisherAwayException($"{publisher} is away.");
        var page = await inner.ReadAsync(listener, publisher, after, types, until, cancel);
        if (page.Facts is []) return page;
        Crashes.May(logs.Plan, services, "after a page was read, before any of it was handled");
        if (logs.Plan.Cuts(page.Facts.Count) is { } count) page = page with { Facts = [.. page.Facts.Take(count)], UpTo = new LogPlace(page.Facts[count - 1].Position, page.Facts[count - 1].Id) };
        if (logs.Plan.Repeats()) await SetBackAsync(listener, publisher, after);
        if (logs.Plan.HasRival()) await RivalAsync(listener, publisher, cancel);
        return page;
    }

    // Whoever restores, or loses the race for a cursor, reads again what was handled.
    async Task SetBackAsync(string listener, string publisher, LogPlace after)
    {
        await using var scope = services.CreateAsyncScope();
        var to = logs.Plan.Choose((int)after.Position + 1);
        var id = await databases.Of(publisher, scope.ServiceProvider).Facts.Where(f => f.Position == to).Select(f => f.Id).FirstOrDefaultAsync() ?? "";
        await databases.Of(listener, scope.ServiceProvider).SetBackAsync(publisher, to, id);
    }

    // Our own reader stands still with a page in its hand; its lease runs out, another takes it and does the work; then ours wakes up.
    async Task RivalAsync(string listener, string publisher, CancellationToken cancel)
    {
        await using var scope = services.CreateAsyncScope();
        var name = PumpNames.Facts(publisher);
        await databases.Of(listener, scope.ServiceProvider).Leases.Where(l => l.Name == name).ExecuteUpdateAsync(set => set.SetProperty(l => l.UntilTime, DateTimeOffset.UnixEpoch), cancel);
        var rival = ActivatorUtilities.CreateInstance<FactReader>(services, listener, publisher, (IFactSource)inner, new Replica("rival"));
        await rival.PumpAsync(cancel);
    }
}
