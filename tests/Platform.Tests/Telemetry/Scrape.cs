using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Doseline.Platform.Tests.Telemetry;

/// <summary>A strict reader of Prometheus text format 0.0.4; whatever it does not know fails the test.</summary>
/// <remarks>Grammar: prometheus.io/docs/instrumenting/exposition_formats, "Text-based format".</remarks>
sealed partial class Scrape
{
    public Dictionary<string, string> Types { get; } = new(StringComparer.Ordinal);
    public Dictionary<string, string> Help { get; } = new(StringComparer.Ordinal);
    public List<Sample> Samples { get; } = [];

    public static Scrape Parse(string text)
    {
        text.ShouldEndWith("\n");
        Scrape scrape = new();
        foreach (var line in text.Split('\n')[..^1])
        {
            if (HelpLine().Match(line) is { Success: true } help)
                scrape.Help.Add(help.Groups["name"].Value, help.Groups["rest"].Value);
            else if (TypeLine().Match(line) is { Success: true } type)
                scrape.Types.Add(type.Groups["name"].Value, type.Groups["rest"].Value);
            else
                scrape.Samples.Add(SampleOf(line));
        }

        // A series is written once, and every series belongs to a metric whose type was given.
        scrape.Samples.DistinctBy(s => s.Key, StringComparer.Ordinal).Count().ShouldBe(scrape.Samples.Count);
        foreach (var sample in scrape.Samples)
            scrape.Types.ContainsKey(Suffix().Replace(sample.Name, "") is var bare && scrape.Types.GetValueOrDefault(bare) is "histogram" ? bare : sample.Name).ShouldBeTrue(sample.Name);
        return scrape;
    }

    public double Value(string name) => Samples.Single(s => s.Name == name).Value;

    public void RequireCumulative(string histogram)
    {
        foreach (var series in Samples.Where(s => s.Name == histogram + "_bucket").GroupBy(s => string.Join(',', s.Labels.Where(l => l.Key is not "le").Select(l => $"{l.Key}={l.Value}")), StringComparer.Ordinal))
        {
            series.Select(s => s.Value).ShouldBeInOrder();
            var last = series.Last();
            last.Labels["le"].ShouldBe("+Inf");
            last.Value.ShouldBe(Samples.Single(s => s.Name == histogram + "_count" && string.Join(',', s.Labels.Select(l => $"{l.Key}={l.Value}")) == series.Key).Value);
        }
    }

    static Sample SampleOf(string line)
    {
        var match = SampleLine().Match(line);
        match.Success.ShouldBeTrue(line);
        Dictionary<string, string> labels = new(StringComparer.Ordinal);
        foreach (Match label in Label().Matches(match.Groups["labels"].Value)) labels.Add(label.Groups["name"].Value, Unescape(label.Groups["value"].Value));
        var value = match.Groups["value"].Value switch
        {
            "+Inf" => double.PositiveInfinity,
            "-Inf" => double.NegativeInfinity,
            var number => double.Parse(number, NumberStyles.Float, CultureInfo.InvariantCulture),
        };
        return new Sample(match.Groups["name"].Value, labels, value, match.Groups["name"].Value + match.Groups["labels"].Value);
    }

    static string Unescape(string value)
    {
        StringBuilder text = new();
        for (var i = 0; i < value.Length; i++)
            text.Append(value[i] is not '\\' ? value[i] : value[++i] switch { 'n' => '\n', var c => c });
        return text.ToString();
    }

    [GeneratedRegex(@"^# HELP (?<name>[a-zA-Z_:][a-zA-Z0-9_:]*) (?<rest>.*)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex HelpLine();

    [GeneratedRegex(@"^# TYPE (?<name>[a-zA-Z_:][a-zA-Z0-9_:]*) (?<rest>counter|gauge|histogram|summary|untyped)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TypeLine();

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(?<labels>(?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*",?)*)\})? (?<value>NaN|[+-]Inf|-?[0-9.]+(?:E[+-]?[0-9]+)?)$""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SampleLine();

    [GeneratedRegex("""(?<name>[a-zA-Z_][a-zA-Z0-9_]*)="(?<value>(?:[^"\\]|\\.)*)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Label();

    [GeneratedRegex("_(?:bucket|sum|count)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Suffix();

    public sealed record Sample(string Name, IReadOnlyDictionary<string, string> Labels, double Value, string Key);
}
