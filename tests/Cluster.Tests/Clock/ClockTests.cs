using Doseline.Kernel.Rules;
using Doseline.Kernel.Time;
using Doseline.Platform.Hosting;
using Doseline.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace Doseline.Cluster.Tests.Clock;

public sealed class ClockTests
{
    static readonly ClockLimits Limits = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60), TimeSpan.FromMinutes(10));
    static readonly DateTimeOffset Now = new(2026, 11, 23, 6, 0, 0, TimeSpan.Zero);
    static readonly ClockStanding Nothing = new(ClockState.Unknown, null, null);

    [Theory]
    [Requirement("A056")]
    [InlineData(0, ClockState.Good)]
    [InlineData(1, ClockState.Good)]
    [InlineData(-1.001, ClockState.Off)]
    [InlineData(60, ClockState.Off)]
    [InlineData(-60.001, ClockState.Refused)]
    public void An_offset_is_judged_by_its_size(double seconds, ClockState state) =>
        ClockStanding.Judge([TimeSpan.FromSeconds(seconds)], Nothing, Now, Limits).State.ShouldBe(state);

    [Fact]
    [Requirement("A056")]
    public void One_false_server_of_three_does_not_matter() =>
        ClockStanding.Judge([TimeSpan.FromSeconds(0.1), TimeSpan.FromHours(5), TimeSpan.FromSeconds(0.2)], Nothing, Now, Limits).ShouldBe(new ClockStanding(ClockState.Good, TimeSpan.FromSeconds(0.2), Now));

    [Fact]
    [Requirement("A056", "A073")]
    public void Servers_that_are_silent_for_a_while_change_nothing_and_for_long_nobody_knows()
    {
        ClockStanding good = new(ClockState.Good, TimeSpan.Zero, Now);
        ClockStanding.Judge([], good, Now.AddMinutes(9), Limits).ShouldBe(good);
        ClockStanding.Judge([], good, Now.AddMinutes(10), Limits).State.ShouldBe(ClockState.Unknown);
    }

    [Fact]
    [Requirement("A056", "A073")]
    public async Task The_offset_is_measured_against_the_time_server()
    {
        await using FakeTimeServer server = new(TimeSpan.FromSeconds(-2));
        using var watch = Watch(server.Address);
        await watch.MeasureAsync(default);
        watch.Standing.State.ShouldBe(ClockState.Off);
        watch.Standing.Offset!.Value.TotalSeconds.ShouldBe(-2, tolerance: 1);
        server.Ahead = TimeSpan.FromMinutes(-3);
        await watch.MeasureAsync(default);
        Should.Throw<RefusedException>(watch.RequireTrusted).Refusals[0].Code.ShouldBe("CLOCK_OFF");
        server.Ahead = TimeSpan.Zero;
        await watch.MeasureAsync(default);
        watch.RequireTrusted();
    }

    [Theory]
    [Requirement("A056", "A073")]
    [InlineData(true, 2)]
    [InlineData(false, 0)]
    [InlineData(false, 16)]
    public async Task An_answer_to_another_question_or_of_a_server_that_does_not_know_is_none(bool forged, byte stratum)
    {
        await using FakeTimeServer server = new(TimeSpan.Zero) { Forged = forged, Stratum = stratum };
        using var watch = Watch(server.Address);
        await watch.MeasureAsync(default);
        watch.Standing.State.ShouldBe(ClockState.Unknown);
        Should.Throw<RefusedException>(watch.RequireTrusted).Refusals[0].Code.ShouldBe("CLOCK_UNKNOWN");
    }

    static ClockWatch Watch(string server) => new(
        new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["Clock:Servers:0"] = server }).Build(), NullLogger<ClockWatch>.Instance);
}
