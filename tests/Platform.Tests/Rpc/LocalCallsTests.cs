using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Doseline.Orders.V1;
using Doseline.Platform.Auth;
using Doseline.Platform.Messaging;
using Doseline.Platform.Rpc;
using Doseline.Platform.Tests.Stage;
using Doseline.Testing;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Platform.Tests.Rpc;

/// <summary>A call within the process ends for its caller, and is counted, as the same call over the wire is.</summary>
public sealed class LocalCallsTests : IAsyncLifetime, IDisposable
{
    // Nobody else in this assembly calls customers.
    readonly ConcurrentQueue<string> counted = [];
    readonly MeterListener meters = new();
    StageHost host = null!;

    public async Task InitializeAsync()
    {
        host = await StageHost.StartAsync();
        meters.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name is "doseline_rpc_duration_seconds" or "doseline_security_refusals") listener.EnableMeasurementEvents(instrument);
        };
        meters.SetMeasurementEventCallback<double>((_, _, tags, _) => Count(tags));
        meters.SetMeasurementEventCallback<long>((_, _, tags, _) => Count(tags));
        meters.Start();
    }

    public async Task DisposeAsync() => await host.DisposeAsync();

    public void Dispose() => meters.Dispose();

    public static TheoryData<string, string, string> Calls => new()
    {
        { "planner", "anybody", "in force" },
        { "planner", CustomersStage.Large, "" },
        { "planner", CustomersStage.TooLarge, "" },
        { "planner", CustomersStage.Refused, "" },
        { "planner", CustomersStage.Missing, "" },
        { "planner", CustomersStage.Failing, "" },
        { "planner", CustomersStage.Told, "" },
        { "planner", "a\0b", "" },
        { "planner", "anybody", "large" },
        { "", "anybody", "" },
        { "nonsense", "anybody", "" },
    };

    [Theory]
    [Requirement("A116")]
    [MemberData(nameof(Calls))]
    public async Task It_has_the_same_answer_or_refusal_and_is_counted_the_same(string role, string id, string code)
    {
        GetCustomerRequest request = new() { CustomerId = id, Code = code is "large" ? new string('x', 1_100_000) : code };
        CallOptions options = new([.. Headers(role), new(RpcHeaders.Zone, "Europe/Berlin"), new(RpcHeaders.OnBehalfOf, "person:dressed")]);
        await SameAsync(calls: code is "large" ? 0 : 1, client => client.GetCustomerAsync(request, options));
    }

    [Fact]
    [Requirement("A116")]
    public async Task A_service_says_on_whose_behalf_and_in_which_correlation()
    {
        var (wire, local) = await SameAsync(calls: 1, client => client.GetCustomerAsync(new GetCustomerRequest { CustomerId = "anybody" }), piped: true);
        local.Answer.ShouldContain("service:execution person:ann");
        local.Answer.ShouldContain("correlation-1");
        local.ShouldBe(wire);
    }

    [Fact]
    [Requirement("A116")]
    public async Task A_right_that_is_missing_is_refused_and_noted_as_a_security_event()
    {
        PutCustomerRequest request = new() { RequestId = TestPlatform.RequestId(), Customer = new Customer { Code = "PHX" } };
        var (_, local) = await SameAsync(calls: 2, client => client.PutCustomerAsync(request, Headers("planner")));
        local.Code.ShouldBe(StatusCode.PermissionDenied);
        local.Counted.ShouldContain("ROLE_NOT_ALLOWED");
    }

    [Theory]
    [Requirement("A116")]
    [InlineData(CustomersStage.Slow, -5, 0)]
    [InlineData(CustomersStage.Slow, 1000, 1)]
    [InlineData(CustomersStage.Deaf, 1000, 0)]
    public async Task A_deadline_that_passes_ends_it_whether_the_callee_hears_it_or_not(string id, int milliseconds, int calls)
    {
        var (_, local) = await SameAsync(calls, client => client.GetCustomerAsync(new GetCustomerRequest { CustomerId = id }, Headers("planner"), DateTime.UtcNow.AddMilliseconds(milliseconds)));
        local.Code.ShouldBe(StatusCode.DeadlineExceeded);
        host.Troubles.Held.TrySetResult();
    }

    [Theory]
    [Requirement("A116")]
    [InlineData(CustomersStage.Slow, true, 1)]
    [InlineData(CustomersStage.Slow, false, 0)]
    [InlineData(CustomersStage.Deaf, true, 0)]
    public async Task Who_gives_up_waits_no_longer_and_the_callee_is_told(string id, bool started, int calls)
    {
        var (_, local) = await SameAsync(calls, async client =>
        {
            using CancellationTokenSource cancel = new();
            if (!started) await cancel.CancelAsync();
            using var call = client.GetCustomerAsync(new GetCustomerRequest { CustomerId = id }, Headers("planner"), cancellationToken: cancel.Token);
            if (started) cancel.CancelAfter(TimeSpan.FromSeconds(1));
            return await call;
        });
        local.Code.ShouldBe(StatusCode.Cancelled);
        host.Troubles.Held.TrySetResult();
    }

    [Fact]
    [Requirement("A116")]
    public async Task A_call_that_is_disposed_of_is_given_up()
    {
        var (_, local) = await SameAsync(calls: 1, async client =>
        {
            var call = client.GetCustomerAsync(new GetCustomerRequest { CustomerId = CustomersStage.Slow }, Headers("planner"));
            await Task.Delay(1000);
            call.Dispose();
            return await call;
        });
        local.Code.ShouldBe(StatusCode.Cancelled);
    }

    [Theory]
    [Requirement("A054", "A182")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_call_repeated_the_other_way_gets_the_first_answer(bool wireFirst)
    {
        PutCustomerRequest request = new() { RequestId = TestPlatform.RequestId(), Customer = new Customer { Code = "PHX" } };
        var (first, second) = (Client(wireFirst), Client(!wireFirst));
        var answer = await first.PutCustomerAsync(request, Headers("master_data_steward"));
        (await second.PutCustomerAsync(request, Headers("master_data_steward"))).ShouldBe(answer);
        request.Customer.Name = "Another";
        var (_, local) = await SameAsync(calls: 1, client => client.PutCustomerAsync(request, Headers("master_data_steward")));
        local.Detail.ShouldContain("was used before");
        await host.InAsync<OrdersDb>(async db => (await db.Things.CountAsync()).ShouldBe(1));
        (await host.InAsync<OrdersDb, int>(db => db.Requests.CountAsync())).ShouldBe(1);
    }

    [Fact]
    [Requirement("A054", "A182")]
    public async Task The_same_call_both_ways_at_once_has_one_effect()
    {
        PutCustomerRequest request = new() { RequestId = TestPlatform.RequestId(), Customer = new Customer { Code = "MUC" } };
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Client(i % 2 == 0).PutCustomerAsync(request, Headers("master_data_steward")).ResponseAsync));
        answers.Distinct().ShouldHaveSingleItem();
        await host.InAsync<OrdersDb>(async db => (await db.Things.CountAsync()).ShouldBe(1));
    }

    [Fact]
    public async Task Messages_are_copies_so_that_neither_side_sees_what_the_other_does_to_its_own()
    {
        GetCustomerRequest request = new() { CustomerId = CustomersStage.Deaf, Code = "as sent" };
        var call = Client(wire: false).GetCustomerAsync(request, Headers("planner"));
        request.Code = "changed";
        host.Troubles.Held.SetResult();
        (await call).Customer.AddressLines[0].ShouldBe("as sent");
        call.GetStatus().ShouldBe(Status.DefaultSuccess);
        call.GetTrailers().ShouldBeEmpty();
    }

    // What a caller sees of the end of a call, and what was counted of it.
    sealed record Ended(StatusCode Code, string Detail, string Trailers, string Answer, string Counted);

    Task<(Ended Wire, Ended Local)> SameAsync<T>(int calls, Func<CustomersService.CustomersServiceClient, AsyncUnaryCall<T>> call, bool piped = false) =>
        SameAsync(calls, async client => await call(client), piped);

    async Task<(Ended Wire, Ended Local)> SameAsync<T>(int calls, Func<CustomersService.CustomersServiceClient, Task<T>> call, bool piped = false)
    {
        var wire = await EndAsync(calls, () => call(Client(wire: true, piped)));
        var local = await EndAsync(calls, () => call(Client(wire: false, piped)));
        local.ShouldBe(wire);
        return (wire, local);
    }

    async Task<Ended> EndAsync<T>(int calls, Func<Task<T>> call)
    {
        counted.Clear();
        Ended ended;
        try
        {
            ended = new Ended(StatusCode.OK, "", "", (await call())!.ToString()!, "");
        }
        catch (RpcException fault)
        {
            // Headers of HTTP itself are no part of an answer.
            var trailers = fault.Trailers.Where(t => t.Key is not ("date" or "server" or "content-length")).Select(t => $"{t.Key}={(t.IsBinary ? Convert.ToHexString(t.ValueBytes) : t.Value)}");
            // Who notices first that the time is over says so in words of its own.
            ended = new Ended(fault.StatusCode, fault.StatusCode is StatusCode.DeadlineExceeded ? "" : fault.Status.Detail, string.Join('\n', trailers), "", "");
        }

        // Whoever gave up is told before the callee is done.
        SpinWait.SpinUntil(() => counted.Count >= calls, TimeSpan.FromSeconds(10)).ShouldBeTrue();
        return ended with { Counted = calls == 0 ? "" : string.Join('\n', counted.Order(StringComparer.Ordinal)) };
    }

    void Count(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        List<string> all = [.. tags.ToArray().Select(t => $"{t.Key}={t.Value}")];
        if (!all.Any(t => t.Contains("CustomersService", StringComparison.Ordinal))) return;
        // Of a deadline the callee learns by its own timer or by the caller's hanging up, whichever comes first.
        counted.Enqueue(string.Join(' ', all).Replace("DeadlineExceeded", "Cancelled", StringComparison.Ordinal));
    }

    Metadata Headers(string role) => role switch
    {
        "" => [],
        "nonsense" => [new("authorization", "Bearer nonsense")],
        _ => [new("authorization", "Bearer " + host.Services.GetRequiredService<DevelopmentTokens>().Issue(new Caller { Subject = "person:ann", Name = "Ann", Roles = [role], Sites = [Caller.AllSites] }, TimeSpan.FromHours(1)))],
    };

    // As a test calls, or as a service does for a person (piped).
    CustomersService.CustomersServiceClient Client(bool wire, bool piped = false)
    {
        var channels = host.Services.GetRequiredService<ServiceChannels>();
        var invoker = wire ? channels.To("orders").CreateCallInvoker() : channels.InvokerOf("orders");
        RequestContext request = new() { Caller = new Caller { Subject = "person:ann", Name = "Ann", Roles = ["planner"], Sites = [Caller.AllSites] }, CorrelationId = "correlation-1" };
        return new(piped ? invoker.Intercept(new ClientPipeline("execution", "orders", host.Services.GetRequiredService<IServiceTokens>(), host.Services.GetRequiredService<Behalf>(), request, channels)) : invoker);
    }
}
