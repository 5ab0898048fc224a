using System.Text.RegularExpressions;
using Doseline.Operations.V1;
using Doseline.Platform.Hosting;
using Doseline.Testing;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Cluster.Tests.Clock;

/// <summary>A whole host under a clock that is off. Alone, for a process has one set of gauges, and other tests have hosts in it too.</summary>
[Collection(nameof(Alone))]
public sealed class ServiceClockTests
{
    [Fact]
    [Requirement("A073")]
    public async Task A_host_whose_time_servers_never_answered_is_not_ready_and_says_which()
    {
        await using var platform = await TestPlatform.StartAsync(configure: builder => (builder.Configuration["Clock:Servers:0"], builder.Configuration["Clock:Every"]) = ("127.0.0.1:9", "01:00:00"));
        using HttpClient http = new();
        var probe = new Uri(platform.Host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.ElementAt(1));
        using var ready = await http.GetAsync(new Uri(probe, "/healthz/ready"));
        ready.IsSuccessStatusCode.ShouldBeFalse();
        (await ready.Content.ReadAsStringAsync()).ShouldContain("127.0.0.1:9");
        (await new SystemService.SystemServiceClient(platform.As("operator")).GetSystemAsync(new GetSystemRequest())).TimeSource.State.ShouldBe(ClockState.Unknown);
    }

    [Fact]
    [Requirement("A056", "A073", "A189")]
    public async Task A_service_with_a_clock_that_is_off_refuses_to_record_is_not_ready_and_says_so()
    {
        await using FakeTimeServer server = new(TimeSpan.FromMinutes(5));
        await using var platform = await TestPlatform.StartAsync(configure: builder => (builder.Configuration["Clock:Servers:0"], builder.Configuration["Node"]) = (server.Address, "node-7"));
        await platform.Host.Services.GetRequiredService<ClockWatch>().MeasureAsync(default);

        var suppliers = new Inventory.V1.MaterialsService.MaterialsServiceClient(platform.As("master_data_steward"));
        var refusals = await TestPlatform.RefusalsAsync(() => suppliers.PutSupplierAsync(new Inventory.V1.PutSupplierRequest { RequestId = TestPlatform.RequestId(), Supplier = new(), Reason = "new" }).ResponseAsync);
        refusals[0].Code.ShouldBe("CLOCK_OFF");
        double.Parse(refusals[0].Numbers["offset_seconds"], System.Globalization.CultureInfo.InvariantCulture).ShouldBe(300, tolerance: 5);

        using HttpClient http = new();
        var probe = new Uri(platform.Host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.ElementAt(1));
        (await http.GetAsync(new Uri(probe, "/healthz/ready"))).IsSuccessStatusCode.ShouldBeFalse();
        using (var health = System.Text.Json.JsonDocument.Parse(await (await http.GetAsync(new Uri(probe, "/healthz/ready"))).Content.ReadAsStringAsync()))
        {
            var clock = health.RootElement.GetProperty("checks").GetProperty("clock").GetProperty("data");
            clock.GetProperty("node").GetString().ShouldBe("node-7");
            clock.GetProperty("servers").EnumerateArray().Select(s => s.GetString()).ShouldBe([server.Address]);
            clock.GetProperty("state").GetString().ShouldBe("Refused");
            clock.GetProperty("offset_seconds").GetDouble().ShouldBe(300, tolerance: 5);
        }

        var source = (await new SystemService.SystemServiceClient(platform.As("operator")).GetSystemAsync(new GetSystemRequest())).TimeSource;
        (source.Node, source.State, source.Servers.Single()).ShouldBe(("node-7", ClockState.Refused, server.Address));
        source.OffsetSeconds.ShouldBe(300, tolerance: 5);
        source.MeasuredTime.ShouldNotBeNull();
        (await http.GetAsync(new Uri(probe, "/healthz/live"))).IsSuccessStatusCode.ShouldBeTrue();
        var metrics = await http.GetStringAsync(new Uri(probe, "/metrics"));
        metrics.ShouldMatch(@"(?m)^clock_trusted(\{[^}]*\})? 0\b");
        metrics.ShouldMatch(@"(?m)^clock_source\{[^}]*node=""node-7""[^}]*servers=""" + Regex.Escape(server.Address) + @"""[^}]*state=""Refused""[^}]*\} 1\b");
        metrics.ShouldMatch(@"(?m)^clock_offset_seconds(\{[^}]*\})? (299|30[01])");
    }
}

/// <summary>Tests that run while no other does.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
