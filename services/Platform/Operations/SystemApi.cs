using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Doseline.Kernel.Decay;
using Doseline.Operations.V1;
using Doseline.Platform.Audit.Sealing;
using Doseline.Platform.Data;
using Doseline.Platform.Hosting;
using Doseline.Platform.Messaging;
using Doseline.Platform.Messaging.Delivery;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Platform.Operations;

/// <summary>How this host and its services stand.</summary>
public sealed class SystemApi(DatabaseTable databases, IServiceProvider scope, Replica replica, TimeProvider clock, AuditSealer sealer, AuditMeter audit) : SystemService.SystemServiceBase
{
    static readonly string Version =
        typeof(SystemApi).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";

    /// <inheritdoc/>
    public override async Task<GetSystemResponse> GetSystem(GetSystemRequest request, ServerCallContext context)
    {
        var now = clock.GetUtcNow();
        GetSystemResponse response = new()
        {
            Replica = replica.Holder,
            Version = Version,
            Time = now.ToTimestamp(),
            ClockOffsetSeconds = (now - WallClock.UtcNow).TotalSeconds,
            NuclideDataVersion = NuclideData.Current.Version,
        };
        foreach (var service in databases.Services.Order(StringComparer.Ordinal)) response.Services.Add(await OfAsync(service, context.CancellationToken));
        return response;
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever is wrong with one database is what the screen is to show, beside the others.")]
    async Task<HostedService> OfAsync(string service, CancellationToken cancel)
    {
        HostedService line = new() { Service = service, SealFault = audit.FaultOf(service) ?? "" };
        try
        {
            var db = databases.Of(service, scope);
            line.Database = db.Database.IsSqlite() ? "sqlite" : "postgresql";
            line.SchemaScript = await db.Database.SqlQueryRaw<string>("SELECT name AS \"Value\" FROM schema_scripts ORDER BY time DESC, name DESC").FirstOrDefaultAsync(cancel) ?? "";
            var now = db.Now;
            line.UnsentCount = await db.Outbox.LongCountAsync(r => r.SentTime == null, cancel);
            if (await db.Outbox.Where(r => r.SentTime == null).MinAsync(r => (DateTimeOffset?)r.Time, cancel) is { } oldest) line.OldestUnsentSeconds = Math.Max(0, (now - oldest).TotalSeconds);
            line.ParkedCount = await db.Parked.LongCountAsync(r => r.ResolvedTime == null && r.State == WaitState.Parked, cancel);
            line.OverdueReminderCount = await db.Deadlines.LongCountAsync(r => r.DueTime < now, cancel);
            line.UnsealedCount = (await sealer.UnsealedAsync(db, cancel)).Count;
            if (await db.Heads.AsNoTracking().OrderByDescending(h => h.Number).FirstOrDefaultAsync(cancel) is { } head)
                (line.SealedCount, line.SealTime, line.RootHash) = (head.TreeSize, head.Time.ToTimestamp(), head.RootHash);
            line.Healthy = true;
        }
        catch (Exception fault) when (!cancel.IsCancellationRequested)
        {
            line.Fault = fault.GetBaseException().Message;
        }

        return line;
    }
}
