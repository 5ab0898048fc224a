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
    [Requirement("A056", "A073", "A189")]
    public async Task A_service_with_a_clock_that_is_off_refuses_to_record_is_not_ready_and_says_so()
    {
        await using FakeTimeServer server = new(TimeSpan.FromMinutes(5));
        await using var platform = await TestPlatform.StartAsync(configure: builder => builder.Configuration["Clock:Servers:0"] = server.Address);
        await platform.Host.Services.GetRequiredService<ClockWatch>().MeasureAsync(default);

        var suppliers = new Inventory.V1.MaterialsService.MaterialsServiceClient(platform.As("master_data_steward"));
        var refusals = await TestPlatform.RefusalsAsync(() => suppliers.PutSupplierAsync(new Inventory.V1.PutSupplierRequest { RequestId = TestPlatform.RequestId(), Supplier = new(), Reason = "new" }).ResponseAsync);
        refusals[0].Code.ShouldBe("CLOCK_OFF");
        double.Parse(refusals[0].Numbers["offset_seconds"], System.Globalization.CultureInfo.InvariantCulture).ShouldBe(300, tolerance: 5);

        using HttpClient http = new();
        var probe = new Uri(platform.Host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.ElementAt(1));
        (await http.GetAsync(new Uri(probe, "/healthz/ready"))).IsSuccessStatusCode.ShouldBeFalse();
        (await http.GetAsync(new Uri(probe, "/healthz/live"))).IsSuccessStatusCode.ShouldBeTrue();
        var metrics = await http.GetStringAsync(new Uri(probe, "/metrics"));
        metrics.ShouldMatch(@"(?m)^clock_trusted(\{[^}]*\})? 0\b");
        metrics.ShouldMatch(@"(?m)^clock_offset_seconds(\{[^}]*\})? (299|30[01])");
    }
}

/// <summary>Tests that run while no other does.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
