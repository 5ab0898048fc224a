using Doseline.Kernel.Time;
using Doseline.Testing;
using FsCheck.Fluent;

namespace Doseline.Kernel.Tests.Time;

public sealed class MonotonicClockTests
{
    static readonly DateTimeOffset Start = new(2026, 10, 13, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    [Requirement("A129", "A189")]
    public void It_stands_still_while_the_wall_clock_is_behind_and_says_by_how_much()
    {
        var wall = new JumpingClock(Start);
        var clock = new MonotonicClock(wall);
        clock.GetUtcNow().ShouldBe(Start);
        wall.Now = Start.AddHours(-1);
        clock.GetUtcNow().ShouldBe(Start);
        clock.AheadOfWall.ShouldBe(TimeSpan.FromHours(1));
        wall.Now = Start.AddSeconds(1);
        clock.GetUtcNow().ShouldBe(Start.AddSeconds(1));
        clock.AheadOfWall.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    [Requirement("A129", "A189")]
    public void It_never_goes_back_whatever_the_wall_clock_does() => Prop.ForAll(
        Gen.Choose(-100_000, 100_000).ArrayOf().ToArbitrary(),
        jumps =>
        {
            var wall = new JumpingClock(Start);
            var clock = new MonotonicClock(wall);
            var before = clock.GetUtcNow();
            foreach (var jump in jumps)
            {
                wall.Now = wall.Now.AddSeconds(jump);
                var (now, next) = (clock.GetUtcNow(), clock.NextUtc());
                if (now < before || next <= now || next < wall.Now) return false;
                before = next;
            }

            return true;
        }).Holds();

    [Fact]
    [Requirement("A129")]
    public void Instants_asked_for_at_once_by_many_are_all_different()
    {
        var clock = new MonotonicClock(new JumpingClock(Start));
        var drawn = new DateTimeOffset[10_000];
        Parallel.For(0, drawn.Length, place => drawn[place] = clock.NextUtc());
        drawn.Distinct().Count().ShouldBe(drawn.Length);
    }

    sealed class JumpingClock(DateTimeOffset now) : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = now;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
