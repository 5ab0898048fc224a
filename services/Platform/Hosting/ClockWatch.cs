using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using Doseline.Kernel.Rules;
using Doseline.Kernel.Time;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Doseline.Platform.Hosting;

/// <summary>Measures the clock against time servers at start and ever after; while it is off, nothing is recorded.</summary>
/// <remarks>
/// <c>Clock:Servers:0…</c> name the servers; without one the clock is not watched. <c>Clock:AlarmSeconds</c> (1) and
/// <c>Clock:RefuseSeconds</c> (60) are the limits, <c>Clock:Every</c> (30 s) how often, <c>Clock:SilenceMax</c> (10 min) how long servers may be silent.
/// <c>Node</c> names the machine, for who looks at many; unsaid, it is the machine's own name.
/// </remarks>
public sealed class ClockWatch : BackgroundService, IHealthCheck
{
    static readonly TimeSpan AnswerMax = TimeSpan.FromSeconds(3);

    readonly IReadOnlyList<string> servers;
    readonly ClockLimits limits;
    readonly TimeSpan every;
    readonly Meter meter = new("Doseline.Clock");
    readonly ILogger<ClockWatch> log;
    readonly TimeProvider clock;
    ClockStanding standing;

    /// <summary>Reads the configuration.</summary>
    public ClockWatch(IConfiguration config, ILogger<ClockWatch> log) : this(config, log, TimeProvider.System)
    {
    }

    /// <summary>With a clock of one's own, to watch a wrong one.</summary>
    internal ClockWatch(IConfiguration config, ILogger<ClockWatch> log, TimeProvider clock)
    {
        (this.log, this.clock) = (log, clock);
        servers = [.. config.GetSection("Clock:Servers").GetChildren().Select(s => s.Value!)];
        limits = new ClockLimits(
            TimeSpan.FromSeconds(config.GetValue("Clock:AlarmSeconds", 1.0)), TimeSpan.FromSeconds(config.GetValue("Clock:RefuseSeconds", 60.0)),
            config.GetValue("Clock:SilenceMax", TimeSpan.FromMinutes(10)));
        every = config.GetValue("Clock:Every", TimeSpan.FromSeconds(30));
        standing = new ClockStanding(servers is [] ? ClockState.Unwatched : ClockState.Unknown, null, null);
        meter.CreateObservableGauge("clock_offset_seconds", () => Standing.Offset is { } offset ? [new Measurement<double>(offset.TotalSeconds)] : Array.Empty<Measurement<double>>(), "s", "Time servers' time minus this machine's.");
        Node = config["Node"] is { Length: > 0 } node ? node : Environment.MachineName;
        meter.CreateObservableGauge("clock_source", Sources, null, "1 for each node, the time servers it is measured against and how its clock stands.");
        meter.CreateObservableGauge("clock_trusted", () => Standing.State is ClockState.Good or ClockState.Unwatched ? 1 : 0, null, "1 while the clock is within the alarm limit or not watched, otherwise 0.");
    }

    /// <summary>How the clock stands.</summary>
    public ClockStanding Standing => Volatile.Read(ref standing);

    /// <summary>Time servers that are asked; none where the clock is not watched.</summary>
    public IReadOnlyList<string> Servers => servers;

    /// <summary>The machine whose clock it is.</summary>
    public string Node { get; }

    /// <summary>False while nothing may be recorded: facts and deadlines wait as well, for what they lead to is recorded with our time.</summary>
    public bool MayRecord => Standing.State is not (ClockState.Refused or ClockState.Unknown);

    /// <summary>Refuses what would be recorded by a clock that is off.</summary>
    /// <exception cref="RefusedException">CLOCK_OFF or CLOCK_UNKNOWN.</exception>
    public void RequireTrusted()
    {
        var now = Standing;
        if (now.State is ClockState.Refused)
        {
            throw new RefusedException(Refusal.Unavailable("clock", "CLOCK_OFF", $"The clock is off by {now.Offset!.Value.TotalSeconds:F1} s; nothing is recorded beyond {limits.Refuse.TotalSeconds:F0} s.")
                .With("offset_seconds", now.Offset.Value.TotalSeconds).With("limit_seconds", limits.Refuse.TotalSeconds));
        }

        if (now.State is ClockState.Unknown)
            throw new RefusedException(Refusal.Unavailable("clock", "CLOCK_UNKNOWN", "No time server answers, so nobody knows whether the clock is right; nothing is recorded."));
    }

    /// <summary>Measures once.</summary>
    public async Task MeasureAsync(CancellationToken cancel)
    {
        List<TimeSpan> offsets = [];
        foreach (var server in servers)
        {
            if (await AskAsync(server, cancel) is { } offset) offsets.Add(offset);
        }

        var before = Standing;
        var after = ClockStanding.Judge(offsets, before, clock.GetUtcNow(), limits);
        Volatile.Write(ref standing, after);
        if (after.State == before.State) return;
        if (after.State is ClockState.Good) log.LogInformation("The clock is within {Limit} of the time servers", limits.Alarm);
        else log.LogCritical("The clock is {State}: offset {Offset}", after.State, after.Offset);
    }

    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var now = Standing;
        Dictionary<string, object> data = new(StringComparer.Ordinal) { ["node"] = Node, ["servers"] = servers, ["state"] = now.State.ToString() };
        if (now.Offset is { } offset) data["offset_seconds"] = offset.TotalSeconds;
        if (now.Measured is { } measured) data["measured_time"] = measured;
        return Task.FromResult(now.State is ClockState.Refused or ClockState.Unknown
            ? HealthCheckResult.Unhealthy($"The clock is {now.State}.", data: data)
            : HealthCheckResult.Healthy($"The clock is {now.State}.", data));
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        meter.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (servers is []) return;
        using PeriodicTimer timer = new(every);
        do await MeasureAsync(stoppingToken);
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    IEnumerable<Measurement<int>> Sources() =>
        [new(1, new("node", Node), new("servers", string.Join(' ', servers)), new("state", Standing.State.ToString()))];

    [SuppressMessage("Design", "CA1031", Justification = "A server that cannot be asked is one that did not answer.")]
    async Task<TimeSpan?> AskAsync(string server, CancellationToken cancel)
    {
        using var limit = WallClock.Within(AnswerMax, cancel);
        try
        {
            return await TimeServer.OffsetAsync(server, clock, limit.Token);
        }
        catch (Exception fault) when (!cancel.IsCancellationRequested)
        {
            log.LogWarning("Time server {Server} did not answer: {Reason}", server, fault.Message);
            return null;
        }
    }
}
