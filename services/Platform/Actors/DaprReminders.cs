using System.Globalization;
using System.Text.Json;
using Doseline.Platform.Messaging.Dapr;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Doseline.Platform.Actors;

/// <summary>Sets a Dapr reminder for every committed deadline, to be woken on time; the sweep finds what it misses.</summary>
public sealed class DaprReminders(ReminderWakes wakes, DaprSidecar sidecar, ILogger<DaprReminders> log) : BackgroundService
{
    /// <inheritdoc/>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        wakes.Listened = true;
        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var wake in wakes.ReadAsync(stoppingToken)) await SetAsync(wake, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops; deadlines are rows.
        }
    }

    async Task SetAsync(ReminderWake wake, CancellationToken cancel)
    {
        var path = $"actors/{Uri.EscapeDataString(wake.ActorType)}/{Uri.EscapeDataString(wake.ActorId)}/reminders/{Uri.EscapeDataString(wake.Name)}";
        var due = wake.Due.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
        try
        {
            await sidecar.SendAsync(HttpMethod.Post, path, JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string>(StringComparer.Ordinal) { ["dueTime"] = due, ["period"] = "" }), "application/json", cancel);
        }
        catch (DaprException fault)
        {
            log.LogWarning("Reminder {Reminder} of {ActorType} {ActorId} was not set with the sidecar, the sweep will find it: {Reason}", wake.Name, wake.ActorType, wake.ActorId, fault.Message);
        }
    }
}
