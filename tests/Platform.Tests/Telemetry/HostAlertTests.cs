using Doseline.Orders.V1;
using Doseline.Platform.Audit.Sealing;
using Doseline.Platform.Auth;
using Doseline.Platform.Hosting;
using Doseline.Platform.Rpc;
using Doseline.Platform.Tests.Audit;
using Doseline.Platform.Tests.Stage;
using Doseline.Testing;
using Doseline.Testing.Watching;
using Grpc.Core.Interceptors;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Platform.Tests.Telemetry;

/// <summary>A host that cannot do its own work, or whose record does not hold, says so in what it is scraped for.</summary>
[Collection(nameof(OneHost))]
public sealed class HostAlertTests
{
    static readonly IReadOnlyDictionary<string, string> AtOrders = new Dictionary<string, string> { ["service"] = "orders" };

    [Fact]
    [Requirement("A056", "P12")]
    [Fires("ClockOff", "NotReady")]
    public async Task A_clock_that_nobody_can_vouch_for()
    {
        await using var host = await StageHost.StartAsync("--Clock:Servers:0=127.0.0.1:9");
        await host.Services.GetRequiredService<ClockWatch>().MeasureAsync(default);
        Watch watch = new(host.Services, host.Clock);
        await watch.ScrapeAsync();
        await watch.RequireAsync("ClockOff", TimeSpan.FromMinutes(1), new Dictionary<string, string> { ["instance"] = "orders-0" });
        await watch.RequireAsync("NotReady", TimeSpan.FromMinutes(2), new Dictionary<string, string> { ["job"] = "orders", ["check"] = "clock" });
    }

    [Fact]
    [Requirement("P12")]
    [Fires("MeasureOld")]
    public async Task What_is_shown_and_cannot_be_looked_up_any_more_keeps_its_last_value_and_is_told_to_be_old()
    {
        await using var host = await StageHost.StartAsync();
        Watch watch = new(host.Services, host.Clock);
        await watch.ScrapeAsync();
        await host.InAsync<ExecutionDb>(db => db.Database.ExecuteSqlRawAsync("ALTER TABLE waiting RENAME TO gone"));
        for (var scrape = 0; scrape < 5; scrape++) await watch.ScrapeAsync();
        watch.Last.Keys.ShouldContain(series => series.StartsWith("facts_waiting_now", StringComparison.Ordinal));
        await watch.RequireAsync("MeasureOld", TimeSpan.FromMinutes(3), new Dictionary<string, string> { ["measure"] = "MessageMeasure" });
        await host.InAsync<ExecutionDb>(db => db.Database.ExecuteSqlRawAsync("ALTER TABLE gone RENAME TO waiting"));
    }

    [Theory]
    [Requirement("A179", "P12")]
    [Fires("CertificateEnds")]
    [InlineData("Tls", "doors")]
    [InlineData("Cluster:Tls", "silo")]
    public async Task A_certificate_that_nobody_renewed(string setting, string use)
    {
        using TestAuthority authority = new();
        var mounted = authority.Mount("a");
        await using var host = await StageHost.StartAsync([$"--{setting}:Certificate={Path.Combine(mounted, "tls.crt")}", $"--{setting}:Key={Path.Combine(mounted, "tls.key")}"]);
        host.Clock.MoveTo(DateTimeOffset.UtcNow);
        Watch watch = new(host.Services, host.Clock);
        await watch.ScrapeAsync();
        authority.Renew(mounted, "a", TimeSpan.FromDays(13));
        await watch.ScrapeAsync();
        await watch.RequireAsync("CertificateEnds", TimeSpan.FromMinutes(1), new Dictionary<string, string> { ["job"] = "orders", ["use"] = use });
    }

    [Fact]
    [Requirement("A054", "A180", "P12")]
    [Fires("RequestIdReused")]
    public async Task A_request_id_of_somebody_else()
    {
        await using var host = await StageHost.StartAsync();
        Watch watch = new(host.Services, host.Clock);
        await watch.ScrapeAsync();
        PutCustomerRequest put = new() { RequestId = TestPlatform.RequestId(), Customer = new Customer { Code = "PHX" } };
        await As("ann").PutCustomerAsync(put);
        await TestPlatform.RefusalsAsync(() => As("bo").PutCustomerAsync(put).ResponseAsync);
        await watch.ScrapeAsync();
        await watch.RequireAsync("RequestIdReused", TimeSpan.FromMinutes(1), AtOrders);

        CustomersService.CustomersServiceClient As(string name) => new(host.Services.GetRequiredService<ServiceChannels>().InvokerOf("orders").Intercept(headers =>
        {
            headers.Add("authorization", "Bearer " + host.Services.GetRequiredService<DevelopmentTokens>().Issue(TestPlatform.PersonIn("master_data_steward") with { Subject = $"person:{name}" }, TimeSpan.FromHours(1)));
            return headers;
        }));
    }

    [Fact]
    [Requirement("A180", "P12")]
    [Fires("RequestIdReused")]
    public async Task A_captured_call_that_comes_from_elsewhere()
    {
        await using var host = await StageHost.StartAsync();
        Watch watch = new(host.Services, host.Clock);
        await watch.ScrapeAsync();
        PutCustomerRequest put = new() { RequestId = TestPlatform.RequestId(), Customer = new Customer { Code = "PHX" } };
        var first = await From("a").PutCustomerAsync(put);
        (await From("a").PutCustomerAsync(put)).ShouldBe(first);
        (await TestPlatform.RefusalsAsync(() => From("b").PutCustomerAsync(put).ResponseAsync)).ShouldHaveSingleItem().Code.ShouldBe("REQUEST_REPLAYED");
        await watch.ScrapeAsync();
        await watch.RequireAsync("RequestIdReused", TimeSpan.FromMinutes(1), AtOrders);

        CustomersService.CustomersServiceClient From(string origin) => new(host.Services.GetRequiredService<ServiceChannels>().InvokerOf("orders").Intercept(headers =>
        {
            headers.Add("authorization", "Bearer " + host.Services.GetRequiredService<DevelopmentTokens>().Issue(TestPlatform.PersonIn("master_data_steward"), TimeSpan.FromHours(1)));
            headers.Add(RpcHeaders.Origin, origin);
            return headers;
        }));
    }

    [Fact]
    [Requirement("A180", "P12")]
    [Fires("TrafficUnusual")]
    public async Task Many_calls_that_nobody_may_make()
    {
        await using var host = await StageHost.StartAsync();
        CustomersService.CustomersServiceClient nobody = new(host.Services.GetRequiredService<ServiceChannels>().InvokerOf("orders").Intercept(headers =>
        {
            headers.Add("authorization", "Bearer of-nobody");
            return headers;
        }));
        await RefusedAsync(1);
        Watch watch = new(host.Services, host.Clock);
        await watch.ScrapeAsync();
        await RefusedAsync(400);
        await watch.ScrapeAsync();
        await watch.RequireAsync("TrafficUnusual", TimeSpan.FromMinutes(1), new Dictionary<string, string> { ["reason"] = "TOKEN_INVALID" });

        async Task RefusedAsync(int times)
        {
            for (var i = 0; i < times; i++) (await TestPlatform.RefusalsAsync(() => nobody.ListCustomersAsync(new ListCustomersRequest()).ResponseAsync)).ShouldHaveSingleItem().Code.ShouldBe("TOKEN_INVALID");
        }
    }

    [Fact]
    [Requirement("A242", "P12")]
    [Fires("AuditBroken")]
    public async Task A_record_that_was_altered()
    {
        await using var host = await StageHost.StartAsync();
        await host.ChangeAsync("a", 4);
        await host.SealAsync();
        Watch watch = new(host.Services, host.Clock);
        await watch.ScrapeAsync();
        await host.TamperAsync("UPDATE audit_heads SET root_hash = 'aa' WHERE number = 1");
        await Should.ThrowAsync<SealBrokenException>(() => host.InAsync<OrdersDb>(db => host.Services.GetRequiredService<AuditSealer>().SealAsync(db, everywhere: true, sign: true, CancellationToken.None)));
        await watch.ScrapeAsync();
        await watch.RequireAsync("AuditBroken", TimeSpan.FromSeconds(15), AtOrders);
    }

    [Fact]
    [Requirement("P12")]
    [Fires("AuditUnsealed")]
    public async Task A_record_that_nobody_seals()
    {
        await using var host = await StageHost.StartAsync();
        Watch watch = new(host.Services, host.Clock);
        await watch.ScrapeAsync();
        await host.ChangeAsync("a", 4);
        await watch.ScrapeAsync(TimeSpan.FromMinutes(16));
        await watch.RequireAsync("AuditUnsealed", TimeSpan.FromMinutes(22), AtOrders);
    }
}
