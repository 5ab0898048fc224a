using Doseline.Platform.Rpc;
using Doseline.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Platform.Tests.Rpc;

/// <summary>Where a call to a service goes.</summary>
public sealed class ServiceChannelsTests
{
    [Theory]
    [Requirement("A116")]
    [InlineData("orders", "http://127.0.0.1:50001/", true)]
    [InlineData("quality", "http://quality:5000/", false)]
    [InlineData("gateway", "http://127.0.0.1:5000/", false)]
    public void An_address_wins_then_what_the_process_hosts_then_the_sidecar(string service, string address, bool throughDapr)
    {
        using var channels = Channels(("DAPR_GRPC_PORT", "50001"), ("Services:quality:Address", "http://quality:5000"));
        channels.AddressOf(service).ShouldBe(new Uri(address));
        channels.ThroughDapr(service).ShouldBe(throughDapr);
        channels.RoutingOf(service, streams: false).Any().ShouldBe(throughDapr);
    }

    [Theory]
    [Requirement("A116")]
    [InlineData("gateway", true)]
    [InlineData("orders", false)]
    [InlineData("quality", false)]
    public void What_the_process_hosts_is_called_within_it_unless_an_address_is_configured(string service, bool within)
    {
        using var channels = Channels(("DAPR_GRPC_PORT", "50001"), ("Services:quality:Address", "http://quality:5000"));
        (channels.InvokerOf(service) is LocalInvoker).ShouldBe(within);
    }

    [Fact]
    [Requirement("A116")]
    public void Without_a_sidecar_every_service_is_here()
    {
        using var channels = Channels();
        channels.AddressOf("orders").ShouldBe(channels.OwnAddress);
        channels.ThroughDapr("orders").ShouldBeFalse();
    }

    static ServiceChannels Channels(params (string Key, string Value)[] settings) =>
        new(new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(s => s.Key, s => (string?)s.Value, StringComparer.Ordinal)).Build(), new LocalMethods(), new ServiceCollection().BuildServiceProvider().GetRequiredService<IServiceScopeFactory>())
        {
            OwnAddress = new Uri("http://127.0.0.1:5000"),
            Hosted = ["gateway", "quality"],
        };
}
