using System.Globalization;

namespace Doseline.Load.Drive;

/// <summary>What the platform counts itself, read from its probe port.</summary>
static class ServerCounters
{
    const string Allocated = "dotnet_gc_heap_total_allocated_bytes_total";
    static readonly HttpClient Client = new() { Timeout = TimeSpan.FromSeconds(10) };

    /// <summary>Bytes allocated since its start.</summary>
    public static async Task<double> AllocatedBytesAsync(Uri probe, CancellationToken cancel)
    {
        var text = await Client.GetStringAsync(new Uri(probe, "/metrics"), cancel);
        return text.Split('\n').Where(l => l.StartsWith(Allocated, StringComparison.Ordinal)).Sum(l => double.Parse(l.Split(' ')[1], CultureInfo.InvariantCulture));
    }

    /// <summary>Whether it says that it can be called.</summary>
    public static async Task<bool> IsReadyAsync(Uri probe, CancellationToken cancel)
    {
        try
        {
            using var answer = await Client.GetAsync(new Uri(probe, "/healthz/ready"), cancel);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
