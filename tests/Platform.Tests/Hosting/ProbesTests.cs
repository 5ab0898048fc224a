using System.Net;
using Doseline.Testing;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Reflection.V1;

namespace Doseline.Platform.Tests.Hosting;

/// <summary>Operators and strangers can look in without a token: probes, metrics, health and reflection.</summary>
public sealed class ProbesTests : IAsyncLifetime
{
    TestPlatform platform = null!;

    public async Task InitializeAsync() => platform = await TestPlatform.StartAsync();

    public async Task DisposeAsync() => await platform.DisposeAsync();

    [Theory]
    [InlineData("/healthz")]
    [InlineData("/healthz/live")]
    [InlineData("/healthz/ready")]
    [InlineData("/healthz/started")]
    [InlineData("/metrics")]
    public async Task A_probe_answers_on_its_own_port(string path)
    {
        using HttpClient client = new();
        using var response = await client.GetAsync(new Uri(ProbeAddress, path));
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await response.Content.ReadAsStringAsync()).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Health_is_told_of_the_host_and_of_each_service_and_unknown_services_are_not_found()
    {
        Health.HealthClient health = new(platform.Host.WithToken(null));
        foreach (var service in new[] { "", "doseline.execution.v1.SchedulerService" })
            (await health.CheckAsync(new HealthCheckRequest { Service = service })).Status.ShouldBe(HealthCheckResponse.Types.ServingStatus.Serving);
        var fault = await Assert.ThrowsAsync<RpcException>(async () => await health.CheckAsync(new HealthCheckRequest { Service = "doseline.nowhere.v1.Nothing" }));
        fault.StatusCode.ShouldBe(StatusCode.NotFound);
    }

    [Fact]
    public async Task Who_watches_health_hears_of_every_change()
    {
        var standing = HealthCheckResult.Healthy();
        await using var own = await TestPlatform.StartAsync(configure: builder =>
        {
            builder.Services.AddHealthChecks().AddCheck("of this test", () => standing);
            builder.Services.Configure<HealthCheckPublisherOptions>(publisher => publisher.Delay = publisher.Period = TimeSpan.FromSeconds(1));
        });
        Health.HealthClient health = new(own.Host.WithToken(null));
        using var watch = health.Watch(new HealthCheckRequest { Service = "doseline.execution.v1.SchedulerService" }, deadline: DateTime.UtcNow.AddSeconds(30));
        (await NextAsync()).ShouldBe(HealthCheckResponse.Types.ServingStatus.Serving);
        standing = HealthCheckResult.Unhealthy();
        (await NextAsync()).ShouldBe(HealthCheckResponse.Types.ServingStatus.NotServing);
        (await health.CheckAsync(new HealthCheckRequest())).Status.ShouldBe(HealthCheckResponse.Types.ServingStatus.NotServing);
        standing = HealthCheckResult.Healthy();
        (await NextAsync()).ShouldBe(HealthCheckResponse.Types.ServingStatus.Serving);

        async Task<HealthCheckResponse.Types.ServingStatus> NextAsync()
        {
            (await watch.ResponseStream.MoveNext()).ShouldBeTrue();
            return watch.ResponseStream.Current.Status;
        }
    }

    [Fact]
    public async Task Reflection_lists_every_service_and_gives_the_files_to_call_it()
    {
        using var call = new ServerReflection.ServerReflectionClient(platform.Host.WithToken(null)).ServerReflectionInfo();
        await call.RequestStream.WriteAsync(new ServerReflectionRequest { ListServices = "" });
        await call.RequestStream.WriteAsync(new ServerReflectionRequest { FileContainingSymbol = "doseline.execution.v1.SchedulerService.PlanRun" });
        await call.RequestStream.WriteAsync(new ServerReflectionRequest { FileContainingSymbol = "doseline.execution.v1.NotThere" });
        // What a refusal's details are made of, so that a foreign command line can read them.
        foreach (var detail in new[] { "doseline.common.v1.Refusals", "google.rpc.BadRequest", "google.rpc.Status" }) await call.RequestStream.WriteAsync(new ServerReflectionRequest { FileContainingSymbol = detail });
        await call.RequestStream.CompleteAsync();
        List<ServerReflectionResponse> answers = [];
        await foreach (var answer in call.ResponseStream.ReadAllAsync()) answers.Add(answer);
        answers[0].ListServicesResponse.Service.ShouldContain(s => s.Name == "doseline.execution.v1.SchedulerService");
        answers[0].ListServicesResponse.Service.ShouldContain(s => s.Name == "grpc.health.v1.Health");
        answers[1].FileDescriptorResponse.FileDescriptorProto.Count.ShouldBeGreaterThan(1);
        answers[2].ErrorResponse.ErrorCode.ShouldBe((int)StatusCode.NotFound);
        answers[3..].ShouldAllBe(a => a.FileDescriptorResponse.FileDescriptorProto.Count > 0);
        answers.Count.ShouldBe(6);

        // The version before it had one answers the same.
        using var earlier = new Grpc.Reflection.V1Alpha.ServerReflection.ServerReflectionClient(platform.Host.WithToken(null)).ServerReflectionInfo();
        await earlier.RequestStream.WriteAsync(new() { ListServices = "" });
        await earlier.RequestStream.CompleteAsync();
        (await earlier.ResponseStream.MoveNext()).ShouldBeTrue();
        earlier.ResponseStream.Current.ListServicesResponse.Service.Select(s => s.Name).ShouldBe(answers[0].ListServicesResponse.Service.Select(s => s.Name), ignoreOrder: true);
    }

    // Ports are opened in this order: app, probes, doors to the outside.
    Uri ProbeAddress => new(platform.Host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.ElementAt(1));
}
