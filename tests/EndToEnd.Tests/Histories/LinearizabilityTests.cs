using Doseline.Testing;
using Doseline.Testing.Histories;

namespace Doseline.EndToEnd.Tests.Histories;

/// <summary>The check itself: what one writer could have done passes, and what it could not have done is found.</summary>
public sealed class LinearizabilityTests
{
    static readonly Held Nothing = new(0, "");

    [Fact]
    [Requirement("A114")]
    public void Calls_that_overlap_may_have_happened_in_any_order() =>
        Contradiction(Write(0, "a", 1, 0, 9), Write(1, "b", 2, 1, 5), Read(2, "b", 2, 4), Late(0, 3, 8)).ShouldBeNull();

    [Fact]
    [Requirement("A114")]
    public void Two_that_both_wrote_over_the_same_version_are_found() =>
        Contradiction(Write(0, "a", 1, 0, 5), Write(0, "b", 1, 1, 6)).ShouldNotBeNull();

    [Fact]
    [Requirement("A114")]
    public void A_reading_of_what_had_been_replaced_before_it_began_is_found() =>
        Contradiction(Write(0, "a", 1, 0, 1), Write(1, "b", 2, 2, 3), Read(1, "a", 4, 5)).ShouldNotBeNull();

    [Fact]
    [Requirement("A114")]
    public void A_reading_of_what_was_only_written_later_is_found() =>
        Contradiction(Read(1, "a", 0, 1), Write(0, "a", 1, 2, 3)).ShouldNotBeNull();

    [Fact]
    [Requirement("A114")]
    public void A_refusal_that_had_an_effect_and_one_without_a_cause_are_found()
    {
        Contradiction(Write(0, "a", 1, 0, 1), Late(0, 2, 3), Read(2, "b", 4, 5)).ShouldNotBeNull();
        Contradiction(Late(0, 0, 1), Read(0, "", 2, 3)).ShouldNotBeNull();
    }

    [Fact]
    [Requirement("A114")]
    public void A_call_without_an_answer_may_have_happened_or_not_but_not_twice()
    {
        Operation<Asked, Held> unknown = new(new(0, "a"), null, 0, 0);
        Contradiction(unknown, Read(0, "", 1, 2)).ShouldBeNull();
        Contradiction(unknown, Read(0, "", 1, 2), Read(1, "a", 3, 4)).ShouldBeNull();
        Contradiction(unknown, Read(1, "a", 1, 2), Read(0, "", 3, 4)).ShouldNotBeNull();
    }

    [Theory]
    [Requirement("A114")]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Histories_of_one_writer_pass_however_they_overlap_and_one_wrong_answer_in_them_does_not(int seed)
    {
        Random random = new(seed);
        List<Operation<Asked, Held>> history = [];
        var now = Nothing;
        for (var instant = 0; instant < 400; instant++)
        {
            Asked asked = random.Next(3) switch { 0 => new(null, ""), 1 => new(now.Version, $"{instant}"), _ => new(now.Version - random.Next(1, 3), $"{instant}") };
            var answer = asked.Seen is null ? now : asked.Seen == now.Version ? new Held(now.Version + 1, asked.Value) : new Held(null, "");
            if (answer.Version is not null) now = answer;
            // It happened at its instant; it began up to eight before and was answered up to eight after.
            history.Add(new(asked, answer, (instant * 10) - random.Next(80), (instant * 10) + 1 + random.Next(80)));
        }

        Contradiction([.. history]).ShouldBeNull();
        var (wrong, number) = history.Index().Where(o => o.Item.Input.Seen is null && o.Index > 100).Select(o => (o.Item, o.Index)).First();
        history[number] = wrong with { Output = new(wrong.Output!.Version - 40, "long ago") };
        Contradiction([.. history]).ShouldNotBeNull();
    }

    static string? Contradiction(params Operation<Asked, Held>[] history) => Linearizability.Contradiction(history, Nothing, Contended.Step);

    static Operation<Asked, Held> Write(long seen, string value, long version, long began, long ended) => new(new(seen, value), new(version, value), began, ended);

    static Operation<Asked, Held> Late(long seen, long began, long ended) => new(new(seen, "b"), new(null, ""), began, ended);

    static Operation<Asked, Held> Read(long version, string value, long began, long ended) => new(new(null, ""), new(version, value), began, ended);
}
