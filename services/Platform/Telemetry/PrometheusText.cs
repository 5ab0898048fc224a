using System.Globalization;
using System.Text;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Doseline.Platform.Telemetry;

/// <summary>Answers a scrape with all metrics in Prometheus text format 0.0.4. Ours because no exporter package can be had.</summary>
public sealed class PrometheusText : BaseExportingMetricReader
{
    readonly Lock guard = new();
    readonly Exporter texts;

    /// <summary>Makes a reader that collects when it is asked.</summary>
    public PrometheusText() : this(new Exporter())
    {
    }

    PrometheusText(Exporter exporter) : base(exporter) => texts = exporter;

    /// <summary>Collects now and returns the text.</summary>
    public string Scrape()
    {
        lock (guard)
        {
            Collect(timeoutMilliseconds: 5_000);
            return texts.Text;
        }
    }

    [ExportModes(ExportModes.Push | ExportModes.Pull)]
    sealed class Exporter : BaseExporter<Metric>, IPullMetricExporter
    {
        public string Text { get; private set; } = "";

        public Func<int, bool>? Collect { get; set; }

        public override ExportResult Export(in Batch<Metric> batch)
        {
            OrderedDictionary<string, Family> families = new(StringComparer.Ordinal);
            foreach (var metric in batch) Write(families, metric);
            Text = string.Concat(families.Values.Select(f => f.Text.ToString()));
            return ExportResult.Success;
        }
    }

    // Two meters may have an instrument of one name, as when a process holds two hosts; a server takes each name and each series once.
    sealed record Family(string Type)
    {
        public StringBuilder Text { get; } = new();

        public HashSet<string> Series { get; } = new(StringComparer.Ordinal);
    }

    static void Write(OrderedDictionary<string, Family> families, Metric metric)
    {
        var counter = metric.MetricType is MetricType.LongSum or MetricType.DoubleSum;
        var name = NameOf(metric);
        if (counter && !name.EndsWith("_total", StringComparison.Ordinal)) name += "_total";
        var type = metric.MetricType is MetricType.Histogram ? "histogram" : counter ? "counter" : "gauge";
        if (!families.TryGetValue(name, out var family))
        {
            families.Add(name, family = new Family(type));
            family.Text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {EscapeHelp(metric.Description ?? "")}\n# TYPE {name} {type}\n");
        }

        if (family.Type != type) return;
        var text = family.Text;
        foreach (ref readonly var point in metric.GetMetricPoints())
        {
            var labels = LabelsOf(point);
            if (!family.Series.Add(labels)) continue;
            switch (metric.MetricType)
            {
                case MetricType.Histogram: WriteHistogram(text, name, labels, point); break;
                case MetricType.LongSum or MetricType.LongSumNonMonotonic: Line(text, name, labels, point.GetSumLong()); break;
                case MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic: Line(text, name, labels, point.GetSumDouble()); break;
                case MetricType.LongGauge: Line(text, name, labels, point.GetGaugeLastValueLong()); break;
                case MetricType.DoubleGauge: Line(text, name, labels, point.GetGaugeLastValueDouble()); break;
            }
        }
    }

    static void WriteHistogram(StringBuilder text, string name, string labels, in MetricPoint point)
    {
        long count = 0;
        foreach (var bucket in point.GetHistogramBuckets())
        {
            count += bucket.BucketCount;
            var bound = Number(bucket.ExplicitBound);
            Line(text, name + "_bucket", labels.Length == 0 ? $"le=\"{bound}\"" : $"{labels},le=\"{bound}\"", count);
        }

        Line(text, name + "_sum", labels, point.GetHistogramSum());
        Line(text, name + "_count", labels, point.GetHistogramCount());
    }

    static void Line(StringBuilder text, string name, string labels, double value) =>
        text.Append(name).Append(labels.Length == 0 ? "" : $"{{{labels}}}").Append(' ').Append(Number(value)).Append('\n');

    static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    // Prometheus names carry their unit; OpenTelemetry's own names keep it apart.
    static string NameOf(Metric metric)
    {
        var name = Clean(metric.Name);
        var unit = metric.Unit switch { "s" => "_seconds", "By" => "_bytes", _ => "" };
        return unit.Length > 0 && !name.EndsWith(unit, StringComparison.Ordinal) ? name + unit : name;
    }

    static string LabelsOf(in MetricPoint point)
    {
        StringBuilder labels = new();
        foreach (var tag in point.Tags)
        {
            if (labels.Length > 0) labels.Append(',');
            labels.Append(Clean(tag.Key)).Append("=\"").Append(Escape(Convert.ToString(tag.Value, CultureInfo.InvariantCulture) ?? "")).Append('"');
        }

        return labels.ToString();
    }

    static string EscapeHelp(string value) => value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    static string Escape(string value) => EscapeHelp(value).Replace("\"", "\\\"", StringComparison.Ordinal);

    static string Clean(string name) => string.Create(name.Length, name, (span, source) =>
    {
        for (var i = 0; i < span.Length; i++) span[i] = char.IsAsciiLetterOrDigit(source[i]) || source[i] is '_' ? source[i] : '_';
    });
}
