using Doseline.Kernel.Time;
using Doseline.Platform.Hosting;
using Doseline.Platform.Messaging;
using Doseline.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Doseline.Platform.Tests.Hosting;

/// <summary>What lives by the clock without being called waits as well while nobody knows whether it is right.</summary>
public sealed class ClockGateTests
{
    [Theory]
    [Requirement("A056")]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task Facts_and_deadlines_wait_until_the_clock_is_known_to_be_right(bool watched, bool works)
    {
        // A watched clock that was not measured yet is an unknown one.
        Dictionary<string, string?> settings = watched ? new() { ["Clock:Servers:0"] = "127.0.0.1:9" } : [];
        using ClockWatch clock = new(new ConfigurationBuilder().AddInMemoryCollection(settings).Build(), NullLogger<ClockWatch>.Instance);
        CountingPump pump = new();
        using OneByOne turns = new();
        using PumpLoop loop = new(pump, new PumpSignals(), clock, TimeProvider.System, turns, NullLogger<PumpLoop>.Instance);

        await loop.StartAsync(CancellationToken.None);
        if (works) await pump.First.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await loop.StopAsync(CancellationToken.None);

        clock.MayRecord.ShouldBe(works);
        (pump.Rounds > 0).ShouldBe(works);
    }

    [Fact]
    [Requirement("A129", "A189")]
    public async Task A_host_lives_by_a_clock_that_never_goes_back()
    {
        await using var app = PlatformHost.Build(["--Pumps:Manual=true", "--Ports:App=0", "--Ports:Probe=0", "--Ports:Web=0", "--Ports:Grpc=0"], []);
        app.Services.GetRequiredService<TimeProvider>().ShouldBeOfType<MonotonicClock>();
    }

    sealed class CountingPump : IPump
    {
        public TaskCompletionSource First { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Rounds { get; private set; }

        public string Service => "orders";

        public string Name => PumpNames.Purge;

        public Task<int> PumpAsync(CancellationToken cancel)
        {
            Rounds++;
            First.TrySetResult();
            return Task.FromResult(0);
        }
    }
}
