using System.Text.Json;
using System.Text.RegularExpressions;
using Doseline.Cluster.Tests.Charts;
using Doseline.Cluster.Tests.Clock;
using Doseline.Testing;

namespace Doseline.Cluster.Tests.Watching;

/// <summary>What dashboards and alerts ask for is there, and each alert comes when it should and says what to do.</summary>
[Collection(nameof(Alone))]
public sealed partial class WatchingTests(Metrics metrics) : IClassFixture<Metrics>
{
    // What Prometheus and Dapr's control plane emit, and what the rules themselves record.
    static readonly HashSet<string> OfOthers = new(StringComparer.Ordinal) { "up", "dapr_sentry_issuercert_expiry_timestamp" };

    static IReadOnlyList<string> Alerts { get; } = [.. Directory.EnumerateFiles(Path.Combine(Chart.Folder, "alerts")).Order(StringComparer.Ordinal)];

    static IReadOnlyList<string> Dashboards { get; } = [.. Directory.EnumerateFiles(Path.Combine(Chart.Folder, "dashboards")).Order(StringComparer.Ordinal)];

    [Fact]
    [Requirement("A185", "P12")]
    public void Every_metric_that_an_alert_names_is_emitted()
    {
        foreach (var file in Alerts)
        {
            using var rules = JsonDocument.Parse(Chart.Json(File.ReadAllText(file)));
            foreach (var rule in rules.RootElement.GetProperty("groups").EnumerateArray().SelectMany(g => g.GetProperty("rules").EnumerateArray()))
                RequireEmitted(rule.GetProperty("expr").GetString()!, file);
        }
    }

    [Fact]
    [Requirement("P12")]
    public void Every_metric_that_a_dashboard_names_is_emitted_and_every_panel_says_what_it_shows()
    {
        HashSet<string> uids = [];
        foreach (var file in Dashboards)
        {
            using var dashboard = JsonDocument.Parse(File.ReadAllText(file));
            uids.Add(dashboard.RootElement.GetProperty("uid").GetString()!).ShouldBeTrue(file);
            foreach (var panel in dashboard.RootElement.GetProperty("panels").EnumerateArray().Where(p => p.GetProperty("type").GetString() is not "row"))
            {
                var title = panel.GetProperty("title").GetString();
                panel.GetProperty("description").GetString().ShouldNotBeNullOrEmpty(title);
                panel.GetProperty("fieldConfig").GetProperty("defaults").GetProperty("unit").GetString().ShouldNotBeNullOrEmpty(title);
                foreach (var target in panel.GetProperty("targets").EnumerateArray()) RequireEmitted(target.GetProperty("expr").GetString()!, $"{file}: {title}");
            }
        }

        uids.Count.ShouldBeGreaterThanOrEqualTo(4);
    }

    [Fact]
    [Requirement("P12")]
    public async Task Expressions_of_dashboards_are_PromQL()
    {
        var rules = Path.GetTempFileName();
        var expressions = Dashboards.SelectMany(file =>
        {
            using var dashboard = JsonDocument.Parse(File.ReadAllText(file));
            return dashboard.RootElement.GetProperty("panels").EnumerateArray().Where(p => p.TryGetProperty("targets", out _))
                .SelectMany(p => p.GetProperty("targets").EnumerateArray()).Select(t => t.GetProperty("expr").GetString()!).ToList();
        }).Select((expression, number) => new { record = $"panel:number:{number}", expr = expression.Replace("$__rate_interval", "5m", StringComparison.Ordinal).Replace("$site", ".*", StringComparison.Ordinal) });
        await File.WriteAllTextAsync(rules, JsonSerializer.Serialize(new { groups = new[] { new { name = "dashboards", rules = expressions } } }));
        var (code, output, errors) = await Tool.RunAsync("promtool", ["check", "rules", rules]);
        code.ShouldBe(0, output + errors);
        File.Delete(rules);
    }

    [Fact]
    [Requirement("A056", "A185", "P12")]
    public async Task Alerts_come_when_they_should()
    {
        var tests = Directory.EnumerateFiles(Repository.At("tests", "chart", "alerts")).Order(StringComparer.Ordinal).ToList();
        var (checkCode, checkOutput, checkErrors) = await Tool.RunAsync("promtool", ["check", "rules", .. Alerts]);
        checkCode.ShouldBe(0, checkOutput + checkErrors);
        var (code, output, errors) = await Tool.RunAsync("promtool", ["test", "rules", .. tests]);
        code.ShouldBe(0, output + errors);
    }

    // Dapr's control plane does not run here: its alert is tried on given series.
    [Fact]
    [Requirement("A185", "P12")]
    public void Every_alert_fires_in_a_test_that_causes_its_fault_in_a_running_host()
    {
        var fired = Directory.EnumerateFiles(Repository.At("tests"), "*.cs", SearchOption.AllDirectories).SelectMany(file => Fires().Matches(File.ReadAllText(file)))
            .SelectMany(test => test.Groups["alert"].Captures).Select(alert => alert.Value).ToHashSet(StringComparer.Ordinal);
        AlertsWithRunbooks().Select(a => a.Alert).Except(fired).ShouldBe(["SidecarIssuerEnds"]);
        fired.Except(AlertsWithRunbooks().Select(a => a.Alert)).ShouldBeEmpty();
        File.ReadAllText(Repository.At("tests", "chart", "alerts", "platform.test.yaml")).ShouldMatch(@"alertname: SidecarIssuerEnds\s+exp_alerts:\s*\n\s+- exp_labels");
    }

    [Fact]
    [Requirement("A226")]
    public async Task An_autoscaler_looks_at_what_the_services_export_and_at_nothing_else()
    {
        using var schema = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Chart.Folder, "values.schema.json")));
        var known = schema.RootElement.GetProperty("definitions").GetProperty("service").GetProperty("properties").GetProperty("autoscaling").GetProperty("properties").GetProperty("metrics")
            .GetProperty("items").GetProperty("properties").GetProperty("name").GetProperty("enum").EnumerateArray().Select(n => n.GetString()!).ToList();
        var rendered = (await Chart.RenderAsync(Path.Combine("ci", "everything.yaml"))).Where(o => o.Kind is "HorizontalPodAutoscaler").SelectMany(o => o.List("spec", "metrics")).Where(m => m.Text("type") is "Pods")
            .Select(m => m.Text("pods", "metric", "name")).ToList();
        rendered.ShouldBe(known, ignoreOrder: true);
        // Shown, not only made: an adapter finds no series that no host has.
        foreach (var name in known) metrics.Text.ShouldMatch($@"(?m)^{name}\{{[^}}]*\}} ", name);
    }

    // What a fault does and what people look at is all that is emitted: anything else costs every scrape, and nobody misses it.
    [Fact]
    [Requirement("P12")]
    public void What_is_emitted_is_what_alerts_and_boards_ask_for()
    {
        var asked = Alerts.Concat(Dashboards).SelectMany(file => Word().Matches(File.ReadAllText(file))).Select(m => m.Value).ToHashSet(StringComparer.Ordinal);
        metrics.Names.Where(name => !asked.Contains(name) && !(HistogramPart().Match(name) is { Success: true } part && asked.Any(a => a.StartsWith(part.Groups["name"].Value + "_", StringComparison.Ordinal)))).ShouldBeEmpty();
    }

    // What is not there before its first fault or call begins with a step that no rate sees, and a panel without it says "no data" where it should say 0.
    // What is told of an order, a dose, a licence, a fact that fails, is there when these are: panels answer with it after a played day.
    [Fact]
    [Requirement("P12")]
    public void Every_series_that_an_alert_or_a_board_asks_for_is_there_with_its_labels_at_the_first_scrape()
    {
        List<string> absent = [];
        foreach (var (expression, where) in Expressions())
        {
            foreach (Match asked in Selector().Matches(Ranges().Replace(Grouping().Replace(expression, " "), "")))
            {
                var name = asked.Groups["name"].Value;
                if (Language.Contains(name) || name.StartsWith("doseline:", StringComparison.Ordinal) || OfOthers.Contains(name) || OfThings().IsMatch(name)) continue;
                var series = Regex.Matches(metrics.First, $@"(?m)^{name}(\{{(?<labels>[^}}]*)\}})? ").Select(m => m.Groups["labels"].Value).ToList();
                if (series.Count == 0) absent.Add($"{where}: {name}");
                // Of a condition on a label the label is there; with "=", its value too.
                foreach (Match condition in Condition().Matches(asked.Groups["conditions"].Value).Where(c => !OfScraping.Contains(c.Groups["label"].Value)))
                {
                    var (label, value) = (condition.Groups["label"].Value, condition.Groups["operator"].Value is "=" ? Regex.Escape(condition.Groups["value"].Value) : "[^\"]*");
                    if (!series.Any(labels => Regex.IsMatch(labels, $"(^|,){label}=\"{value}\""))) absent.Add($"{where}: {name}{{{condition.Value}}}");
                }
            }
        }

        absent.Distinct().ShouldBeEmpty();
    }

    // What the services do not emit themselves somebody else is scraped for.
    [Theory]
    [Requirement("P12")]
    [MemberData(nameof(Chart.ValuesFiles), MemberType = typeof(Chart))]
    public async Task What_an_alert_asks_of_others_is_scraped(string values)
    {
        var objects = await Chart.RenderAsync(values);
        var sentry = objects.Where(o => o.Kind is "PodMonitor" && o.Text("spec", "selector", "matchLabels", "app") is "dapr-sentry").ToList();
        sentry.Count.ShouldBe(objects.Any(o => o.Kind is "ServiceMonitor") ? 1 : 0);
        foreach (var monitor in sentry) monitor.Words("spec", "namespaceSelector", "matchNames").ShouldHaveSingleItem().ShouldNotBeEmpty();
    }

    [Fact]
    public void Every_alert_has_a_page_that_says_what_to_do_and_every_page_an_alert()
    {
        var named = AlertsWithRunbooks().ToList();
        var pages = Directory.EnumerateFiles(Repository.At("docs", "runbooks"), "*.md").Select(Path.GetFileName).Where(n => n is not "README.md").ToList();
        named.Select(a => a.Page).Distinct(StringComparer.Ordinal).ShouldBe(pages!, ignoreOrder: true);
        foreach (var (alert, page) in named)
        {
            var text = File.ReadAllText(Repository.At("docs", "runbooks", page));
            text.ShouldContain(alert, Case.Sensitive, page);
            foreach (var heading in new[] { "## What it means", "## Look", "## Do", "## Afterwards" }) text.ShouldContain(heading, Case.Sensitive, page);
        }
    }

    static IEnumerable<(string Alert, string Page)> AlertsWithRunbooks()
    {
        foreach (var file in Alerts)
        {
            using var rules = JsonDocument.Parse(Chart.Json(File.ReadAllText(file)));
            foreach (var rule in rules.RootElement.GetProperty("groups").EnumerateArray().SelectMany(g => g.GetProperty("rules").EnumerateArray()))
            {
                if (!rule.TryGetProperty("alert", out var alert)) continue;
                var page = rule.GetProperty("annotations").GetProperty("runbook_url").GetString()!;
                page.ShouldStartWith("RUNBOOKS/");
                rule.GetProperty("labels").GetProperty("severity").GetString().ShouldBeOneOf("page", "ticket");
                yield return (alert.GetString()!, page["RUNBOOKS/".Length..]);
            }
        }
    }

    static IEnumerable<(string Expression, string Where)> Expressions()
    {
        foreach (var file in Alerts)
        {
            using var rules = JsonDocument.Parse(Chart.Json(File.ReadAllText(file)));
            foreach (var rule in rules.RootElement.GetProperty("groups").EnumerateArray().SelectMany(g => g.GetProperty("rules").EnumerateArray()))
                yield return (rule.GetProperty("expr").GetString()!, Path.GetFileName(file));
        }

        foreach (var file in Dashboards)
        {
            using var board = JsonDocument.Parse(File.ReadAllText(file));
            foreach (var target in board.RootElement.GetProperty("panels").EnumerateArray().Where(p => p.TryGetProperty("targets", out _)).SelectMany(p => p.GetProperty("targets").EnumerateArray()))
                yield return (target.GetProperty("expr").GetString()!, Path.GetFileName(file));
        }
    }

    void RequireEmitted(string expression, string where)
    {
        var bare = Quoted().Replace(expression, "\"\"");
        bare = Grouping().Replace(bare, " ");
        bare = Braces().Replace(bare, "");
        bare = Ranges().Replace(bare, "");
        foreach (var name in Word().Matches(bare).Select(m => m.Value).Where(w => !Language.Contains(w) && !w.StartsWith("doseline:", StringComparison.Ordinal) && !OfOthers.Contains(w)))
            metrics.Names.ShouldContain(name, where);
    }

    // What the scraper adds, and a variable of a board.
    static readonly HashSet<string> OfScraping = new(StringComparer.Ordinal) { "job", "instance", "namespace", "pod", "site" };

    static readonly HashSet<string> Language = new(StringComparer.Ordinal)
    {
        "sum", "max", "min", "avg", "count", "rate", "increase", "histogram_quantile", "abs", "time", "and", "or", "unless", "topk", "absent", "group", "clamp_max", "clamp_min", "label_replace", "bool", "vector",
    };

    [GeneratedRegex(@"\[Fires\((?:""(?<alert>\w+)""(?:, )?)+\)\]", RegexOptions.ExplicitCapture)]
    private static partial Regex Fires();

    [GeneratedRegex("^(?<name>.*)_(bucket|sum|count)$", RegexOptions.ExplicitCapture)]
    private static partial Regex HistogramPart();

    [GeneratedRegex(@"(?<![\w:.""=~$])(?<name>[a-zA-Z_][\w:]*)(\{(?<conditions>[^}]*)\})?(?!\w|\s*\()", RegexOptions.ExplicitCapture)]
    private static partial Regex Selector();

    [GeneratedRegex(@"(?<label>\w+)\s*(?<operator>=~|!~|!=|=)\s*""(?<value>[^""]*)""", RegexOptions.ExplicitCapture)]
    private static partial Regex Condition();

    [GeneratedRegex("^(orders?|release|possession|fact_failing)_")]
    private static partial Regex OfThings();

    [GeneratedRegex("\"[^\"]*\"")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)")]
    private static partial Regex Grouping();

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Braces();

    [GeneratedRegex(@"\[[^\]]*\]")]
    private static partial Regex Ranges();

    [GeneratedRegex(@"(?<![\w:.])[a-zA-Z_][\w:]*")]
    private static partial Regex Word();
}
