using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Doseline.Cluster.Tests.Watching;

/// <summary>Prometheus as Debian has it, scraping one host.</summary>
sealed class Prometheus : IAsyncDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    readonly Process process;
    readonly string folder;
    readonly HttpClient http;
    readonly DateTimeOffset began = DateTimeOffset.UtcNow;

    Prometheus(Process process, string folder, int port) => (this.process, this.folder, http) = (process, folder, new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") });

    /// <summary>Starts it.</summary>
    /// <param name="target">Address of the host's probe port.</param>
    /// <param name="rules">Rules it evaluates.</param>
    public static async Task<Prometheus> StartAsync(Uri target, IEnumerable<string> rules)
    {
        var home = Directory.CreateTempSubdirectory("doseline-prometheus-").FullName;
        var config = new
        {
            global = new { scrape_interval = "2s", scrape_timeout = "2s", evaluation_interval = "5s" },
            rule_files = rules,
            scrape_configs = new[] { new { job_name = "orders", static_configs = new[] { new { targets = new[] { target.Authority } } } } },
        };
        await File.WriteAllTextAsync(Path.Combine(home, "prometheus.yml"), JsonSerializer.Serialize(config));
        using TcpListener free = new(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        ProcessStartInfo start = new("prometheus") { UseShellExecute = false, RedirectStandardError = true, WorkingDirectory = home };
        foreach (var argument in new[] { "--config.file=prometheus.yml", "--storage.tsdb.path=data", $"--web.listen-address=127.0.0.1:{port}", "--log.level=error" }) start.ArgumentList.Add(argument);
        Prometheus prometheus = new(Process.Start(start)!, home, port);
        await prometheus.UntilAsync("up == 1");
        return prometheus;
    }

    /// <summary>Waits until an expression has a value.</summary>
    public async Task UntilAsync(string expression)
    {
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < Patience; await Task.Delay(200))
        {
            try
            {
                if (await HasDataAsync(expression)) return;
            }
            catch (HttpRequestException) when (!process.HasExited)
            {
                // It starts.
            }
        }

        throw new TimeoutException($"{expression} had no value within {Patience}.");
    }

    /// <summary>Whether a panel that asks this shows something, anywhere in the time since the start.</summary>
    public async Task<bool> HasDataAsync(string expression)
    {
        var query = string.Create(CultureInfo.InvariantCulture, $"/api/v1/query_range?query={Uri.EscapeDataString(expression)}&start={began.ToUnixTimeSeconds()}&end={DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 1}&step=2");
        using var response = await http.GetAsync(new Uri(query, UriKind.Relative));
        // It starts.
        if (response.StatusCode is HttpStatusCode.ServiceUnavailable) return false;
        using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        answer.RootElement.GetProperty("status").GetString().ShouldBe("success", expression);
        return answer.RootElement.GetProperty("data").GetProperty("result").EnumerateArray().SelectMany(series => series.GetProperty("values").EnumerateArray())
            .Any(sample => double.TryParse(sample[1].GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited) process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        http.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}
