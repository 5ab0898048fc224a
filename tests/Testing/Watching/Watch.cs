using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Doseline.Local.Simulation;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Doseline.Testing.Watching;

/// <summary>
/// A running host as somebody on call sees it: scraped every 15 s of its own clock, and what was scraped given to the chart's rules by Prometheus's own tool.
/// What the last scrape said stands on from there.
/// </summary>
/// <remarks>A process has one set of meters: a test that watches runs while no other has a host in the process.</remarks>
public sealed partial class Watch
{
    /// <summary>How often the chart has services scraped.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    static readonly Lazy<string> RulesFolder = new(() =>
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Platform.sln"))) folder = folder.Parent;
        return Path.Combine(folder.FullName, "charts", "doseline", "alerts");
    });

    readonly Uri? probe;
    readonly SimulatedClock? clock;
    readonly string job;
    readonly List<(int Step, Dictionary<string, double> Series)> scrapes = [];
    DateTimeOffset last;

    /// <summary>Watches a host.</summary>
    /// <param name="host">Its services.</param>
    /// <param name="clock">Its clock: it moves from scrape to scrape.</param>
    /// <param name="job">Job under which it is scraped.</param>
    public Watch(IServiceProvider host, SimulatedClock clock, string job = "orders") : this(job) =>
        (probe, this.clock) = (new Uri(host.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.ElementAt(1)), clock);

    /// <summary>Watches what is not a host of this process: the test says what was scraped.</summary>
    public Watch(string job = "orders") => this.job = job;

    /// <summary>Rules beside those of <c>charts/doseline/alerts</c>, as JSON: those that the chart makes of its values.</summary>
    public string? MoreRules { get; init; }

    /// <summary>The last scrape: series with their labels, and values.</summary>
    public IReadOnlyDictionary<string, double> Last => scrapes[^1].Series;

    /// <summary>Scrapes; at first at once, later a span on the host's clock after the last one: the scrape interval unless it is said, or more where the test has let more pass.</summary>
    public async Task ScrapeAsync(TimeSpan? after = null)
    {
        var now = clock!.GetUtcNow();
        if (scrapes is [_, ..] && now < last + (after ?? Interval)) clock.MoveTo(now = last + (after ?? Interval));
        using HttpClient http = new();
        Scraped(await http.GetStringAsync(new Uri(probe!, "/metrics")), scrapes is [] ? TimeSpan.Zero : now - last);
        last = now;
    }

    /// <summary>Takes the text of a scrape that came so long after the last one.</summary>
    public void Scraped(string text, TimeSpan after)
    {
        Dictionary<string, double> series = new(StringComparer.Ordinal);
        foreach (Match line in Line().Matches(text))
        {
            if (!double.TryParse(line.Groups["value"].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || !double.IsFinite(value)) continue;
            var labels = line.Groups["labels"].Value.TrimEnd(',');
            var key = $"{line.Groups["name"].Value}{{namespace=\"doseline\",job=\"{job}\",instance=\"{job}-0\"{(labels.Length > 0 ? "," : "")}{labels}}}";
            // Two hosts of one process each show the meters of both.
            series[key] = Math.Max(value, series.GetValueOrDefault(key, double.MinValue));
        }

        series[$"up{{namespace=\"doseline\",job=\"{job}\",instance=\"{job}-0\"}}"] = 1;
        scrapes.Add((scrapes is [] ? 0 : scrapes[^1].Step + (int)Math.Round(after / Interval), series));
    }

    /// <summary>From now on it cannot be scraped.</summary>
    public void Gone() => scrapes.Add((scrapes is [] ? 0 : scrapes[^1].Step + 1, new Dictionary<string, double> { [$"up{{namespace=\"doseline\",job=\"{job}\",instance=\"{job}-0\"}}"] = 0 }));

    /// <summary>Requires that an alert is quiet at the first scrape, and fires within a time of it.</summary>
    /// <param name="alert">Its name.</param>
    /// <param name="within">Since the first scrape.</param>
    /// <param name="labels">Labels it carries.</param>
    /// <param name="annotations">Annotations, where the test is about what somebody reads; they need every label of the alert.</param>
    /// <param name="quiet">False where it fires from the beginning.</param>
    public async Task RequireAsync(string alert, TimeSpan within, IReadOnlyDictionary<string, string>? labels = null, IReadOnlyDictionary<string, string>? annotations = null, bool quiet = true)
    {
        var steps = Math.Max(scrapes[^1].Step, (int)(within / Interval)) + 1;
        string Firing(bool all) => $"ALERTS{{alertname=\"{alert}\",alertstate=\"firing\"{(all ? string.Concat((labels ?? new Dictionary<string, string>()).Select(l => $",{l.Key}={JsonSerializer.Serialize(l.Value)}")) : "")}}}";
        List<object> expressions = [new { expr = $"count(group by (alertname) ({Firing(true)}))", eval_time = Seconds(within), exp_samples = new[] { new { labels = "{}", value = 1 } } }];
        if (quiet) expressions.Add(new { expr = Firing(false), eval_time = "0s", exp_samples = Array.Empty<object>() });
        var rules = Directory.EnumerateFiles(RulesFolder.Value, "*.yaml").Order(StringComparer.Ordinal).ToList();
        var folder = Directory.CreateTempSubdirectory("doseline-watch-").FullName;
        if (MoreRules is not null)
        {
            rules.Add(Path.Combine(folder, "more.yaml"));
            await File.WriteAllTextAsync(rules[^1], MoreRules);
        }

        // What no rule asks for is not given: most of a scrape is for boards.
        var asked = Word().Matches(string.Join('\n', rules.Select(File.ReadAllText))).Select(m => m.Value).ToHashSet(StringComparer.Ordinal);
        var test = new
        {
            rule_files = rules,
            evaluation_interval = Seconds(Interval),
            tests = new[]
            {
                new
                {
                    interval = Seconds(Interval),
                    input_series = scrapes.SelectMany(s => s.Series.Keys).Distinct(StringComparer.Ordinal).Where(key => asked.Contains(key[..key.IndexOf('{', StringComparison.Ordinal)])).Select(key => new { series = key, values = ValuesOf(key, steps) }),
                    promql_expr_test = expressions,
                    alert_rule_test = annotations is null ? [] : new[] { new { eval_time = Seconds(within), alertname = alert, exp_alerts = new[] { new { exp_labels = labels, exp_annotations = annotations } } } },
                },
            },
        };
        var file = Path.Combine(folder, "test.yaml");
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(test));
        ProcessStartInfo start = new("promtool", ["test", "rules", file]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        using var tool = Process.Start(start)!;
        var (output, errors) = (tool.StandardOutput.ReadToEndAsync(), tool.StandardError.ReadToEndAsync());
        await tool.WaitForExitAsync();
        Assert.True(tool.ExitCode == 0, $"{alert}: {await output}{await errors}");
        Directory.Delete(folder, recursive: true);
    }

    // A value at each step: that of the scrape, and until the next one nothing new.
    string ValuesOf(string key, int steps)
    {
        List<string> values = [];
        for (var i = 0; i < scrapes.Count; i++)
        {
            var until = i + 1 < scrapes.Count ? scrapes[i + 1].Step : steps;
            var times = until - scrapes[i].Step;
            if (times <= 0) continue;
            values.Add(scrapes[i].Series.TryGetValue(key, out var value)
                ? $"{value.ToString("0.################", CultureInfo.InvariantCulture)}{(times > 1 ? $"x{times - 1}" : "")}"
                : times > 1 ? $"_x{times}" : "_");
        }

        return string.Join(' ', values);
    }

    static string Seconds(TimeSpan span) => string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalSeconds}s");

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(?<labels>(?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*",?)*)\})? (?<value>\S+)(?: \d+)?$""", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Line();
}
