using System.Globalization;

namespace Doseline.Load.Drive;

/// <summary>The platform's own counters, read from its probe port before and after a phase.</summary>
static class ServerCounters
{
    static readonly HttpClient Client = new() { Timeout = TimeSpan.FromSeconds(10) };

    /// <summary>Sums of the counters that matter here; empty when no probe was named or it does not answer.</summary>
    public static async Task<Dictionary<string, double>> ReadAsync(Uri? probe, CancellationToken cancel)
    {
        Dictionary<string, double> sums = new(StringComparer.Ordinal);
        if (probe is null) return sums;
        var text = await Client.GetStringAsync(new Uri(probe, "/metrics"), cancel);
        foreach (var line in text.Split('\n'))
        {
            if (line is "" or ['#', ..]) continue;
            var name = line[..line.IndexOfAny(['{', ' '])];
            if (name is not ("dotnet_gc_heap_total_allocated_bytes_total" or "dotnet_gc_collections_total" or "dotnet_gc_pause_time_seconds_total" or "dotnet_exceptions_total")) continue;
            sums[name] = sums.GetValueOrDefault(name) + double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
        }

        return sums;
    }
}
