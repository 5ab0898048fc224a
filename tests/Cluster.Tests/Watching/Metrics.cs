using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using Doseline.Cluster.Tests.Clock;
using Doseline.Testing;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Cluster.Tests.Watching;

/// <summary>The names of metrics that a running platform emits, or would emit once they have a value.</summary>
public sealed partial class Metrics : IAsyncLifetime
{
    readonly HashSet<string> names = new(StringComparer.Ordinal);

    /// <summary>Names as a Prometheus server knows them.</summary>
    public IReadOnlySet<string> Names => names;

    /// <summary>The first scrape of a host that nobody has called.</summary>
    public string First { get; private set; } = "";

    /// <summary>The text of a scrape.</summary>
    public string Text { get; private set; } = "";

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        using MeterListener listener = new();
        List<Instrument> published = [];
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter.Name.StartsWith("Doseline.", StringComparison.Ordinal)) lock (published) published.Add(instrument);
        };
        listener.Start();
        // On PostgreSQL, for the database's own metrics are its driver's.
        await using FakeTimeServer time = new(TimeSpan.Zero);
        using TestAuthority authority = new();
        var mounted = authority.Mount("silo");
        await using var platform = await TestPlatform.StartAsync(postgres: true, builder =>
            (builder.Configuration["Clock:Servers:0"], builder.Configuration["Cluster:Tls:Certificate"], builder.Configuration["Cluster:Tls:Key"]) = (time.Address, Path.Combine(mounted, "tls.crt"), Path.Combine(mounted, "tls.key")));
        await platform.Host.Services.GetRequiredService<Platform.Hosting.ClockWatch>().MeasureAsync(default);
        var probe = new Uri(platform.Host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.ElementAt(1));
        using HttpClient http = new();
        First = await http.GetStringAsync(new Uri(probe, "/metrics"));
        // Calls are counted from the first on.
        await TestPlatform.RefusalsAsync(() => new Orders.V1.OrdersService.OrdersServiceClient(platform.As("auditor")).GetOrderAsync(new Orders.V1.GetOrderRequest { OrderId = "none" }).ResponseAsync);
        // So is what pumps measure.
        await platform.SettleAsync();
        await http.GetStringAsync(new Uri(probe, "/metrics"));
        Text = await http.GetStringAsync(new Uri(probe, "/metrics"));
        foreach (Match type in Type().Matches(Text)) Add(type.Groups["name"].Value, type.Groups["type"].Value is "histogram");
        // A counter that nothing has been counted with is not in a scrape yet.
        lock (published)
        {
            foreach (var instrument in published) Add(NameOf(instrument), IsHistogram(instrument));
        }
    }

    /// <inheritdoc/>
    public Task DisposeAsync() => Task.CompletedTask;

    void Add(string name, bool histogram)
    {
        if (!histogram) names.Add(name);
        else names.UnionWith([name + "_bucket", name + "_sum", name + "_count"]);
    }

    static bool IsHistogram(Instrument instrument) => instrument.GetType().Name.StartsWith("Histogram", StringComparison.Ordinal);

    // As the exporter writes them.
    static string NameOf(Instrument instrument)
    {
        var name = instrument.Name;
        var unit = instrument.Unit switch { "s" => "_seconds", "By" => "_bytes", _ => "" };
        if (unit.Length > 0 && !name.EndsWith(unit, StringComparison.Ordinal)) name += unit;
        return instrument.GetType().Name.StartsWith("Counter", StringComparison.Ordinal) && !name.EndsWith("_total", StringComparison.Ordinal) ? name + "_total" : name;
    }

    [GeneratedRegex("^# TYPE (?<name>[a-z0-9_]+) (?<type>[a-z]+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Type();
}
