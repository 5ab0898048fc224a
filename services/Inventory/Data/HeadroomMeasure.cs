using System.Diagnostics.Metrics;
using Doseline.Inventory.Domain;
using Doseline.Platform.Telemetry;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Inventory.Data;

/// <summary>How much of every limit is used, now and at the highest of the next day, for dashboards and alerts; the gate itself looks at its own numbers.</summary>
public sealed class HeadroomMeasure : IMeasure, IDisposable
{
    static readonly TimeSpan Ahead = TimeSpan.FromDays(1);

    readonly IServiceScopeFactory scopes;
    readonly Meter meter = new("Doseline.Inventory");
    IReadOnlyList<(double Now, double Peak, KeyValuePair<string, object?>[] Tags)> limits = [];

    IReadOnlyList<(long Count, KeyValuePair<string, object?>[] Tags)> excursions = [];
    IReadOnlyList<(double Seconds, KeyValuePair<string, object?>[] Tags)> expiries = [];

    /// <summary>Makes the instruments.</summary>
    public HeadroomMeasure(IServiceScopeFactory scopes)
    {
        this.scopes = scopes;
        meter.CreateObservableGauge("possession_used_ratio", () => limits.Select(l => new Measurement<double>(l.Now, l.Tags)), null, "What counts against a limit, as a fraction of it; 1 is the limit.");
        meter.CreateObservableGauge("possession_peak_ratio", () => limits.Select(l => new Measurement<double>(l.Peak, l.Tags)), null, "The highest fraction of a limit in the next 24 hours: decay, growing daughters, announced receipts and planned moves.");
        meter.CreateObservableGauge("possession_excursions", () => excursions.Select(e => new Measurement<long>(e.Count, e.Tags)), null, "Activity that was booked into a room against its gate in the last 24 hours, because it was there.");
        meter.CreateObservableGauge("possession_licence_expiry_seconds", () => expiries.Select(e => new Measurement<double>(e.Seconds, e.Tags)), "s", "How long a licence is still in force.");
    }

    /// <inheritdoc/>
    public async Task MeasureAsync(CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<InventoryDb>();
        var reader = scope.ServiceProvider.GetRequiredService<PossessionReader>();
        List<(double, double, KeyValuePair<string, object?>[])> found = [];
        List<(long, KeyValuePair<string, object?>[])> booked = [];
        var since = db.Now - Ahead;
        foreach (var site in await db.Sites.AsNoTracking().Select(s => s.Id).ToListAsync(cancel))
        {
            booked.Add((await db.Excursions.CountAsync(e => e.SiteId == site && e.Time > since, cancel), [new("site", site)]));
            foreach (var line in Forecast.Of(await reader.StateAsync(site, "", cancel), db.Now, Ahead))
            {
                found.Add((line.TotalBq / line.Scope.LimitBq, line.PeakBq / line.Scope.LimitBq,
                    [new("site", site), new("limit", line.Scope.Id), new("nuclide", line.Scope.Nuclide)]));
            }
        }

        (limits, excursions) = (found, booked);
        var licences = await db.Licences.AsNoTracking().ToListAsync(cancel);
        expiries = [.. Licence.InForce(licences.Select(row => row.ToDomain()), db.Now).Select(l => ((l.Expire - db.Now).TotalSeconds, new KeyValuePair<string, object?>[] { new("licence", l.Number) }))];
    }

    /// <inheritdoc/>
    public void Dispose() => meter.Dispose();
}
