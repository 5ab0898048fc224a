using Doseline.Kernel.Rules;
using Doseline.Platform.Auth;
using Doseline.Platform.Messaging;
using Doseline.Shipping.Data;
using Doseline.Shipping.Domain;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Wire = Doseline.Shipping.V1;

namespace Doseline.Shipping.Api;

/// <summary>Tells a board of packages as they change.</summary>
public sealed class PackageWatch(WatchSignals signals, IServiceScopeFactory scopes)
{
    const int RowsPerRound = 200;

    /// <summary>Sends every open package, then each package whenever it or what is known of its doses changes, until cancelled.</summary>
    public async Task RunAsync(string site, Caller caller, IReadOnlyList<string>? own, IServerStreamWriter<Wire.WatchPackagesResponse> stream, CancellationToken cancel)
    {
        Dictionary<string, string> sent = new(StringComparer.Ordinal);
        try
        {
            await foreach (var _ in signals.ChangesAsync("shipping", cancel))
            {
                // A fresh scope each round: a long-lived context would show what it read first.
                await using var scope = scopes.CreateAsyncScope();
                await RoundAsync(scope.ServiceProvider.GetRequiredService<ShippingDb>(), site, caller, own, sent, stream, cancel);
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // The caller hung up: the way a watch ends.
        }
    }

    static async Task RoundAsync(ShippingDb db, string site, Caller caller, IReadOnlyList<string>? own, Dictionary<string, string> sent, IServerStreamWriter<Wire.WatchPackagesResponse> stream, CancellationToken cancel)
    {
        var known = sent.Keys.ToList();
        var rows = db.Packages.AsNoTracking().Where(r => (r.State != PackageState.Delivered && r.State != PackageState.Dissolved) || known.Contains(r.Id));
        if (own is not null) rows = rows.Where(r => own.Contains(r.CustomerId));
        if (site is not "") rows = rows.Where(r => r.SiteId == site);
        var newest = await rows.OrderByDescending(r => r.Id).Take(RowsPerRound).ToListAsync(cancel);
        foreach (var row in newest.Where(row => caller.MayActAt(row.SiteId)).Reverse())
        {
            var hints = await HintsAsync(db, row, cancel);
            var mark = $"{row.Version}:{string.Join(';', hints)}";
            if (sent.TryGetValue(row.Id, out var seen) && seen == mark) continue;
            var survey = row.SurveyId is null ? null : await db.Surveys.AsNoTracking().FirstOrDefaultAsync(r => r.Id == row.SurveyId, cancel);
            var shipments = await db.Shipments.AsNoTracking().Where(r => r.PackageId == row.Id).OrderBy(r => r.Attempt).ToListAsync(cancel);
            await stream.WriteAsync(new Wire.WatchPackagesResponse { Package = PackageWire.Of(row, survey, shipments), Hints = { hints } }, cancel);
            if (row.State is PackageState.Delivered or PackageState.Dissolved) sent.Remove(row.Id);
            else sent[row.Id] = mark;
        }
    }

    static async Task<List<Wire.DoseHint>> HintsAsync(ShippingDb db, PackageRow row, CancellationToken cancel)
    {
        var ids = row.ReadDoses().Select(dose => dose.DoseId).ToList();
        var hints = await db.Hints.AsNoTracking().Where(r => ids.Contains(r.DoseId)).ToListAsync(cancel);
        var labelled = await db.Labels.AsNoTracking().Where(r => ids.Contains(r.DoseId) && r.Verified && !r.Voided).Select(r => r.DoseId).ToListAsync(cancel);
        return
        [
            .. ids.Select(id => new Wire.DoseHint
            {
                DoseId = id,
                Disposition = StatusModel.Name(hints.FirstOrDefault(hint => hint.DoseId == id)?.Disposition ?? QualityStatus.None),
                LabelVerified = labelled.Contains(id),
                Lost = hints.Any(hint => hint.DoseId == id && hint.LostCause is not ""),
            }),
        ];
    }
}
