using System.Collections.Concurrent;
using System.Diagnostics;
using Doseline.Testing;
using Doseline.Testing.Watching;

namespace Doseline.Cluster.Tests.Watching;

/// <summary>All services in a process of their own whose databases go away for a while.</summary>
public sealed class OutageTests
{
    // 4 minutes of it once made 11,800 lines, nearly all of them of stacks.
    static readonly TimeSpan Away = TimeSpan.FromSeconds(20);

    [Fact]
    [Requirement("P12")]
    [Fires("NotReady")]
    public async Task A_database_that_is_away_is_told_to_who_scrapes_and_to_who_reads_the_log_a_line_a_decision()
    {
        await using var databases = await TestDatabase.CreateAsync(postgres: true);
        var connections = databases.Settings.Where(s => s.Key.StartsWith("ConnectionStrings:", StringComparison.Ordinal)).ToList();
        await using CutWire wire = new(connections[0].Value);
        ProcessStartInfo start = new("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = databases.Folder };
        start.ArgumentList.Add(Repository.Program("Local"));
        foreach (var (key, value) in databases.Settings) start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        foreach (var (key, value) in connections) start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = wire.Over(value);
        foreach (var port in new[] { "App", "Probe", "Web", "Grpc" }) start.Environment[$"Ports__{port}"] = "0";

        ConcurrentQueue<string> lines = new();
        using var process = new Process { StartInfo = start };
        var addresses = Listen(process, lines);
        try
        {
            using HttpClient http = new() { BaseAddress = (await addresses.WaitAsync(TimeSpan.FromMinutes(3)))[1] };
            Watch watch = new();
            watch.Scraped(await http.GetStringAsync(new Uri("/metrics", UriKind.Relative)), TimeSpan.Zero);
            lines.Clear();
            wire.Cut();
            await Task.Delay(Away);
            var scraping = Stopwatch.StartNew();
            var scraped = await http.GetStringAsync(new Uri("/metrics", UriKind.Relative));
            var away = lines.ToList();
            scraping.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(30), "a scrape waits for no database");
            watch.Scraped(scraped, Watch.Interval);

            await watch.RequireAsync("NotReady", TimeSpan.FromMinutes(2), new Dictionary<string, string> { ["check"] = "databases" });
            watch.Last.Where(s => s.Key.StartsWith("measure_age_seconds", StringComparison.Ordinal) && s.Key.Contains("\"MessageMeasure\"", StringComparison.Ordinal)).ShouldHaveSingleItem().Value.ShouldBeGreaterThan(Away.TotalSeconds - 1);
            away.ShouldNotBeEmpty();
            // No stack, and no line but the head of one: who reads them sees what was decided, and why.
            away.Where(line => char.IsWhiteSpace(line[0]) || line.StartsWith("System.", StringComparison.Ordinal) || line.StartsWith("Npgsql.", StringComparison.Ordinal)).ShouldBeEmpty();
            away.Count.ShouldBeLessThan(1000, string.Join('\n', away.Take(100)));

            wire.Mend();
            using CancellationTokenSource patience = new(TimeSpan.FromMinutes(2));
            while (true)
            {
                using var ready = await http.GetAsync(new Uri("/healthz/ready", UriKind.Relative), patience.Token);
                if (ready.IsSuccessStatusCode) break;
                await Task.Delay(500, patience.Token);
            }
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    // Starts it, keeps what it writes, and tells where it listens.
    static Task<List<Uri>> Listen(Process process, ConcurrentQueue<string> lines)
    {
        List<Uri> addresses = [];
        TaskCompletionSource<List<Uri>> listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is not { Length: > 0 } text) return;
            lines.Enqueue(text);
            const string word = "Now listening on: ";
            if (text.IndexOf(word, StringComparison.Ordinal) is >= 0 and var at) addresses.Add(new Uri(text[(at + word.Length)..].Trim()));
            if (text.Contains("Application started", StringComparison.Ordinal)) listening.TrySetResult(addresses);
        };
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is { Length: > 0 } text) lines.Enqueue(text);
        };
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return listening.Task;
    }
}
