using System.Collections.Concurrent;
using System.Globalization;
using Doseline.Cluster.Tests.Silos;
using Doseline.Orders;
using Doseline.Orders.Data;
using Doseline.Orders.V1;
using Doseline.Platform.Auth;
using Doseline.Platform.Hosting;
using Doseline.Platform.Rpc;
using Doseline.Testing;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Xunit.Abstractions;

namespace Doseline.Cluster.Tests.Facts;

/// <summary>Sixteen writers in two processes on one PostgreSQL, of which one is frozen again and again, wherever it stands.</summary>
/// <remarks><c>DOSELINE_FREEZES</c> says how often (default 6).</remarks>
public sealed class FrozenWriterTests(ITestOutputHelper output) : IAsyncLifetime
{
    const int WritersEach = 8;
    const int FreezesDefault = 6;

    // Rows that all fight for; and each writer has one of its own.
    const int Shared = 3;

    // While one process is frozen the other commits so many more.
    const int GoesOn = 12;
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    readonly ConcurrentDictionary<string, long> committed = new(StringComparer.Ordinal);
    readonly int[] answers = new int[2];
    readonly SiloProcess[] processes = new SiloProcess[2];
    TestDatabase databases = null!;
    WebApplication looking = null!;

    public async Task InitializeAsync()
    {
        databases = await TestDatabase.CreateAsync(postgres: true);
        looking = PlatformHost.Build([.. databases.Settings.Select(s => $"--{s.Key}={s.Value}")], [new OrdersModule()]);
        for (var i = 0; i < 2; i++) processes[i] = await SiloProcess.StartAsync(databases.Settings, "orders");
    }

    public async Task DisposeAsync()
    {
        foreach (var process in processes) await process.DisposeAsync();
        await looking.DisposeAsync();
        await databases.DisposeAsync();
    }

    [Fact]
    [Requirement("A054", "A171", "A182")]
    public async Task Positions_stay_dense_and_in_order_and_the_other_process_goes_on()
    {
        using CancellationTokenSource over = new();
        var writers = Enumerable.Range(0, 2 * WritersEach).Select(writer => Task.Run(() => WriteAsync(writer, over.Token))).ToList();
        await UntilAsync(() => answers[0] > GoesOn && answers[1] > GoesOn, writers);
        var freezes = int.TryParse(Environment.GetEnvironmentVariable("DOSELINE_FREEZES"), CultureInfo.InvariantCulture, out var count) ? count : FreezesDefault;
        for (var freeze = 0; freeze < freezes; freeze++)
        {
            await Task.Delay(Random.Shared.Next(20, 200));
            var before = Volatile.Read(ref answers[1]);
            await processes[0].SignalAsync("STOP");
            await UntilAsync(() => Volatile.Read(ref answers[1]) >= before + GoesOn, writers);
            await processes[0].SignalAsync("CONT");
        }

        var mark = answers[0];
        await UntilAsync(() => Volatile.Read(ref answers[0]) > mark + GoesOn, writers);
        await over.CancelAsync();
        await Task.WhenAll(writers).WaitAsync(Patience);

        await using var scope = looking.Services.CreateAsyncScope();
        var log = Logs.Of(scope.ServiceProvider.GetRequiredService<OrdersDb>());
        output.WriteLine($"{log.Count} facts, {answers[0]} and {answers[1]} answers, {freezes} freezes");
        log.Select(f => f.Position).ShouldBe(Enumerable.Range(1, log.Count).Select(i => (long)i));
        foreach (var customer in log.Select(f => f.Read<CustomerPublished>()).GroupBy(f => f.Code))
            customer.Select(f => f.Name).ShouldBe(Enumerable.Range(1, customer.Count()).Select(version => $"version {version}"), customer.Key);
        foreach (var (code, version) in committed) log.Count(f => f.Read<CustomerPublished>().Code == code).ShouldBe((int)version, $"{code}: what was answered is there, once");
    }

    // Each change names the version that it makes, so that the log shows whether facts stand in the order of versions.
    async Task WriteAsync(int writer, CancellationToken stop)
    {
        var at = writer % 2;
        using var channel = GrpcChannel.ForAddress(processes[at].App);
        CustomersService.CustomersServiceClient customers = new(channel);
        Metadata headers = new() { { "authorization", "Bearer " + looking.Services.GetRequiredService<DevelopmentTokens>().Issue(TestPlatform.PersonIn("master_data_steward"), TimeSpan.FromDays(1)) } };
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            var code = i % 2 == 0 ? $"S{writer % Shared}" : $"W{writer}";
            var version = committed.GetValueOrDefault(code);
            PutCustomerRequest request = new() { RequestId = Guid.NewGuid().ToString(), Customer = CustomerOf(code, version + 1), Version = version, Reason = "another version" };
            try
            {
                await customers.PutCustomerAsync(request, headers, cancellationToken: CancellationToken.None);
                Raise(code, version + 1);
                Interlocked.Increment(ref answers[at]);
            }
            catch (RpcException stale) when (stale.StatusCode is StatusCode.Aborted && RpcErrors.Read(stale)[0].Numbers.TryGetValue("actual_version", out var actual))
            {
                Raise(code, long.Parse(actual, CultureInfo.InvariantCulture));
            }
        }
    }

    void Raise(string code, long version) => committed.AddOrUpdate(code, version, (_, known) => Math.Max(known, version));

    async Task UntilAsync(Func<bool> holds, IReadOnlyList<Task> writers)
    {
        for (var until = DateTime.UtcNow + Patience; !holds(); await Task.Delay(10))
        {
            // A writer ends only of a refusal that nobody expects: that is what is to be told then.
            if (writers.FirstOrDefault(w => w.IsCompleted) is { } ended) await ended;
            if (DateTime.UtcNow > until) throw new TimeoutException($"The other process did not go on: {answers[0]} and {answers[1]} answers.");
        }
    }

    static Customer CustomerOf(string code, long version) => new()
    {
        Code = code, Name = $"version {version}", AddressLines = { "1 Road" }, Zone = "UTC", Currency = "EUR", Active = true,
        Licence = new Licence
        {
            Number = "L", IssuingAgency = "A", EvidenceTime = Timestamp.FromDateTimeOffset(TestPlatform.Start.AddYears(-1)), ExpireTime = Timestamp.FromDateTimeOffset(TestPlatform.Start.AddYears(9)),
            Lines = { new LicenceLine { Nuclide = "Lu-177", LimitBq = 1e12, Form = "LIQUID" } },
        },
    };
}
