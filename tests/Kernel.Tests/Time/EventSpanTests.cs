using Doseline.Kernel.Time;
using Doseline.Testing;

namespace Doseline.Kernel.Tests.Time;

public sealed class EventSpanTests
{
    static readonly DateTimeOffset Now = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);
    static readonly EventSpan Span = new EventSpan(Now).After("receipt", Now.AddHours(-5)).Before("discard", Now.AddHours(-1));

    [Theory]
    [Requirement("P10")]
    [InlineData(-5.0001, "EVENT_TOO_EARLY")]
    [InlineData(-5, null)]
    [InlineData(-3, null)]
    [InlineData(-1, null)]
    [InlineData(-0.9999, "EVENT_TOO_LATE")]
    [InlineData(0, "EVENT_TOO_LATE")]
    public void An_event_lies_within_the_life_of_what_it_happened_to(double hours, string? code) =>
        Span.Against("measure_time", Now.AddHours(hours)).Select(refusal => refusal.Code).ShouldBe(code is null ? [] : [code]);

    [Fact]
    [Requirement("P10")]
    public void The_future_is_refused_also_to_a_late_entry_and_the_edges_are_not()
    {
        LateEntry late = new("The clock of the counter was read from its print.", "person:witness", "Will Ness");
        Span.Against("measure_time", Now.AddTicks(1), late).Select(refusal => refusal.Code).ShouldBe(["EVENT_IN_FUTURE"]);
        Span.Against("measure_time", Now.AddDays(-300), late).ShouldBeEmpty();
        Span.Against("measure_time", Now, late).ShouldBeEmpty();
    }

    [Fact]
    public void Of_two_edges_the_narrower_counts_and_one_that_is_not_known_bounds_nothing()
    {
        var span = new EventSpan(Now).After("receipt", Now.AddHours(-5)).After("sampling", Now.AddHours(-2)).After("move", Now.AddHours(-9)).After("approval", null)
            .Before("discard", Now).Before("shipment", Now.AddHours(-1)).Before("return", null);
        (span.Earliest, span.Latest).ShouldBe((new EventEdge("sampling", Now.AddHours(-2)), new EventEdge("shipment", Now.AddHours(-1))));
        span.Against("f", Now.AddHours(-4)).Single().Numbers["earliest"].ShouldBe("sampling");
        (span.Nearest(Now.AddHours(-4)), span.Nearest(Now.AddHours(-1.5)), span.Nearest(Now)).ShouldBe((Now.AddHours(-2), Now.AddHours(-1.5), Now.AddHours(-1)));
    }
}
