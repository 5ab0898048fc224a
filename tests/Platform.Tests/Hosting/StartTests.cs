using Doseline.Orders.V1;
using Doseline.Platform.Hosting;
using Doseline.Platform.Messaging;
using Doseline.Platform.Rpc;
using Doseline.Platform.Tests.Stage;
using Doseline.Testing;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Doseline.Platform.Tests.Hosting;

/// <summary>What a start leaves for later is made when it is first asked for, and begins one after the other.</summary>
public sealed class StartTests
{
    static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_host_that_handles_a_fact_twice_ends()
    {
        await using var database = await TestDatabase.CreateAsync(postgres: false);
        TaskCompletionSource ends = new();
        await using var app = PlatformHost.Build(
            ["--Pumps:Manual=true", "--Ports:App=0", "--Ports:Probe=0", .. database.Settings.Select(s => $"--{s.Key}={s.Value}")], [new Twice()], builder => builder.Logging.ClearProviders());
        await using var _ = app.Lifetime.ApplicationStopping.Register(() => ends.TrySetResult());

        await ends.Task.WaitAsync(Soon);

        Should.Throw<InvalidOperationException>(app.Services.GetRequiredService<FactTable>).Message.ShouldContain("two handlers of doseline.orders.v1.CustomerPublished");
    }

    [Fact]
    public async Task Methods_of_a_service_are_mapped_when_it_is_first_called_and_the_router_gets_them_all()
    {
        await using var platform = await TestPlatform.StartAsync(postgres: false);
        var services = platform.Host.Services;

        var routes = services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Select(e => $"/{e.RoutePattern.RawText!.TrimStart('/')}").ToHashSet(StringComparer.Ordinal);

        services.GetRequiredService<MethodTable>().Methods.Keys.Except(routes).ShouldBeEmpty();
        routes.ShouldContain("/grpc.health.v1.Health/Check");
        routes.ShouldContain("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo");
        routes.ShouldContain("/metrics");
    }

    [Fact]
    public async Task Work_begins_one_after_the_other()
    {
        using OneByOne turns = new();
        TaskCompletionSource first = new();
        var begun = false;

        var one = turns.RunAsync(async () => { await first.Task; return 1; }, CancellationToken.None);
        var two = turns.RunAsync(() => { begun = true; return Task.FromResult(2); }, CancellationToken.None);

        begun.ShouldBeFalse();
        first.SetResult();
        (await one).ShouldBe(1);
        (await two.WaitAsync(Soon)).ShouldBe(2);
    }

    [Fact]
    public async Task Whoever_hangs_or_fails_holds_up_nobody_for_long()
    {
        using OneByOne turns = new();
        TaskCompletionSource hangs = new();
        var one = turns.RunAsync(async () => { await hangs.Task; return 1; }, CancellationToken.None);

        (await turns.RunAsync(() => Task.FromResult(2), CancellationToken.None).WaitAsync(Soon)).ShouldBe(2);
        hangs.SetException(new InvalidOperationException("over"));
        await Should.ThrowAsync<InvalidOperationException>(() => one);

        (await turns.RunAsync(() => Task.FromResult(3), CancellationToken.None).WaitAsync(Soon)).ShouldBe(3);
    }

    sealed class Twice : ServiceModule
    {
        public override string Name => "execution";

        public override void Compose(ModuleBuilder module) => module.Database<ExecutionDb>()
            .From("orders", facts => facts.InTurn<CustomerPublished, Deaf>().Commutes<CustomerPublished, Deaf>());
    }

    sealed class Deaf : IFactHandler<CustomerPublished>
    {
        public Task HandleAsync(CustomerPublished fact, Fact envelope, CancellationToken cancel) => Task.CompletedTask;
    }
}
