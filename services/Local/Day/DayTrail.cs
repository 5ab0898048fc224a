using Doseline.Audit.V1;
using Doseline.Kernel.Rules;
using Doseline.Local.Cli.Audit;
using Doseline.Local.Day.Report;
using Doseline.Local.Simulation;
using Doseline.Operations.V1;
using Doseline.Platform.Audit.Export;
using Doseline.Platform.Audit.Sealing;
using Doseline.Platform.Auth;
using Doseline.Platform.Data;
using Doseline.Platform.Operations;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Local.Day;

/// <summary>Checks the records of a day as an auditor would: seals, exports and verifies every trail, and reconciles what was published with what was received.</summary>
sealed class DayTrail(ISimulation platform, CallInvoker auditor)
{
    const int ReceiptsMax = 500;
    const string Founding = "identity";

    readonly AuditService.AuditServiceClient audit = new(auditor);
    readonly MessagesService.MessagesServiceClient messages = new(auditor);

    /// <summary>What has to hold.</summary>
    public async Task<IReadOnlyList<Invariant>> CheckAsync(DateTimeOffset from, CancellationToken cancel)
    {
        List<string> services = [.. platform.Services.GetRequiredService<DatabaseTable>().Services.Order(StringComparer.Ordinal)];
        return [await SealsAsync(services, cancel), await FactsAsync(services, from, cancel), await OriginsAsync(services, cancel)];
    }

    async Task<Invariant> SealsAsync(List<string> services, CancellationToken cancel)
    {
        var (records, heads, broken) = (0L, 0, new List<string>());
        var keys = platform.Services.GetRequiredService<KeyStore>();
        foreach (var service in services)
        {
            if (await TrailClient.SealAsync(audit, service, cancel) is not { } head) continue;
            await using var scope = platform.Services.CreateAsyncScope();
            var db = platform.Services.GetRequiredService<DatabaseTable>().Of(service, scope.ServiceProvider);
            using TrailVerification verification = new(keys.KnownHalves(TreeHeads.KeyOf(service)), head);
            await foreach (var line in TrailExport.WholeAsync(db, head, TrailExport.Header(db, head, "the day"), keys.Standing(TreeHeads.KeyOf(service)), cancel)) verification.Take(line);
            verification.Finish();
            heads++;
            records += verification.RecordCount;
            broken.AddRange(verification.Findings.Select(f => $"{service}: {f}"));
        }

        return new Invariant("every tree head verifies: each row of each trail is sealed under it, and an export proves it", broken is [] && heads > 0, broken is [] ? $"{records} rows under {heads} signed heads" : string.Join("; ", broken.Take(5)));
    }

    async Task<Invariant> FactsAsync(List<string> services, DateTimeOffset from, CancellationToken cancel)
    {
        var (count, received, findings) = (0, 0L, new List<ReconciliationFinding>());
        foreach (var publisher in services)
        {
            ListPublishedFactsRequest list = new() { Service = publisher, FromTime = from.ToTimestamp(), ToTime = platform.Clock.GetUtcNow().AddSeconds(1).ToTimestamp(), PageSize = ReceiptsMax };
            do
            {
                var page = await messages.ListPublishedFactsAsync(list, cancellationToken: cancel);
                List<Receipt> receipts = [];
                foreach (var receiver in services)
                {
                    CheckReceiptsRequest check = new() { Service = receiver, Publisher = publisher, Facts = { page.Facts.Select(f => new FactReference { FactId = f.FactId, Type = f.Type, DataHash = f.DataHash }) } };
                    receipts.AddRange((await messages.CheckReceiptsAsync(check, cancellationToken: cancel)).Receipts);
                }

                findings.AddRange(Reconciliation.Of(publisher, page.Facts, receipts));
                (count, received) = (count + page.Facts.Count, received + receipts.Count);
                list.PageToken = page.NextPageToken;
            }
            while (list.PageToken.Length > 0);
        }

        return new Invariant("what was published is what was received: every hash recomputed, nothing missing, nothing doubled", findings is [] && count > 0, findings is [] ? $"{count} facts, {received} receipts" : string.Join("; ", findings.Take(5)));
    }

    // Every audit row goes back to a call that was answered, or to a fact that somebody published: the trails of all services join without an orphan.
    async Task<Invariant> OriginsAsync(List<string> services, CancellationToken cancel)
    {
        await using var scope = platform.Services.CreateAsyncScope();
        var databases = platform.Services.GetRequiredService<DatabaseTable>();
        HashSet<string> known = new(StringComparer.Ordinal);
        List<(string Service, string Cause, long Rows)> causes = [];
        foreach (var service in services)
        {
            var db = databases.Of(service, scope.ServiceProvider);
            known.UnionWith(await db.KnownCausesAsync(cancel));
            // With what an installation begins, its first people and keys, nobody could ask for; and what a deadline brings about a service does by itself.
            var self = Roles.ServicePrefix + service;
            causes.AddRange((await db.AuditTrail.Where(r => r.CausationId != "" || (service != Founding && r.Actor != self)).GroupBy(r => r.CausationId).Select(g => new { g.Key, Rows = g.LongCount() }).ToListAsync(cancel)).Select(g => (service, g.Key, g.Rows)));
        }

        var orphans = causes.Where(c => !known.Contains(c.Cause)).ToList();
        return new Invariant("the trails join: every change goes back to an answered call, a published fact or a deadline", orphans is [] && causes is not [], orphans is [] ? $"{causes.Sum(c => c.Rows)} changes" : $"{orphans.Count} orphans, the first {orphans[0].Cause} in {orphans[0].Service}");
    }
}
