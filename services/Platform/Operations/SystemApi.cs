using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Doseline.Kernel.Decay;
using Doseline.Kernel.Rules;
using Doseline.Kernel.Time;
using Doseline.Operations.V1;
using Doseline.Platform.Audit.Sealing;
using Doseline.Platform.Data;
using Doseline.Platform.Hosting;
using Doseline.Platform.Messaging;
using Doseline.Platform.Messaging.Reading;
using Doseline.Platform.Rpc;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using ClockState = Doseline.Kernel.Time.ClockState;
using WireState = Doseline.Operations.V1.ClockState;

namespace Doseline.Platform.Operations;

/// <summary>How this host and its services stand.</summary>
public sealed class SystemApi(DatabaseTable databases, IServiceProvider scope, Replica replica, TimeProvider clock, AuditSealer sealer, AuditMeter audit, ClockWatch watch) : SystemService.SystemServiceBase
{
    static readonly string Version =
        typeof(SystemApi).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";

    static readonly Dictionary<ClockState, WireState> WireStates = new()
    {
        [ClockState.Unwatched] = WireState.Unwatched,
        [ClockState.Unknown] = WireState.Unknown,
        [ClockState.Good] = WireState.Good,
        [ClockState.Off] = WireState.Off,
        [ClockState.Refused] = WireState.Refused,
    };

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
            ZoneDataVersion = Zones.TzdbVersion,
            TimeSource = SourceOf(watch),
        };
        foreach (var service in databases.Services.Order(StringComparer.Ordinal)) response.Services.Add(await OfAsync(service, context.CancellationToken));
        return response;
    }

    /// <inheritdoc/>
    public override Task<GetZoneResponse> GetZone(GetZoneRequest request, ServerCallContext context)
    {
        if (Zones.Unknown(request.Zone, "zone") is { } unknown) throw new RefusedException(unknown);
        GetZoneResponse response = new() { Zone = request.Zone, ZoneDataVersion = Zones.TzdbVersion };
        response.Spans.AddRange(Zones.SpansOf(request.Zone, WireTypes.EarliestInstant, WireTypes.LatestInstant).Select(span => new Doseline.Operations.V1.ZoneSpan
        {
            StartTime = span.Start?.ToTimestamp(),
            UtcOffset = Duration.FromTimeSpan(span.Offset),
            Abbreviation = span.Name,
        }));
        return Task.FromResult(response);
    }

    static TimeSource SourceOf(ClockWatch watch)
    {
        var standing = watch.Standing;
        TimeSource source = new() { Node = watch.Node, MeasuredTime = standing.Measured?.ToTimestamp(), State = WireStates[standing.State] };
        source.Servers.Add(watch.Servers);
        if (standing.Offset is { } offset) source.OffsetSeconds = offset.TotalSeconds;
        return source;
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
            if (await db.Cursors.MinAsync(c => (DateTimeOffset?)c.ReadTime, cancel) is { } read) line.OldestReadSeconds = Math.Max(0, (now - read).TotalSeconds);
            line.ParkedCount = await db.Waiting.LongCountAsync(w => w.ResolvedTime == null && (w.State == WaitState.Parked || w.State == WaitState.Orphaned), cancel);
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
