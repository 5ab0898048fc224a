using Doseline.Kernel.Rules;

namespace Doseline.Quality.Domain;

/// <summary>What a specification must be before anyone can work by it.</summary>
public static class SpecificationRules
{
    /// <summary>Most tests of one specification.</summary>
    public const int TestsMax = 100;

    /// <summary>Adds every reason why these tests cannot be a specification.</summary>
    public static void Check(IReadOnlyList<SpecTest> tests, List<Refusal> refusals)
    {
        if (tests is [])
            refusals.Add(Refusal.Invalid("tests", "TESTS_MISSING", "A specification has at least one test."));
        if (tests.Count > TestsMax)
            refusals.Add(Refusal.Invalid("tests", "TESTS_TOO_MANY", $"A specification has at most {TestsMax} tests.").With("tests", tests.Count).With("tests_max", TestsMax));
        for (var i = 0; i < tests.Count; i++) Check(tests[i], $"tests[{i}]", refusals);
        foreach (var twice in tests.GroupBy(t => t.Code, StringComparer.Ordinal).Where(g => g.Key.Length > 0 && g.Count() > 1))
            refusals.Add(Refusal.Invalid("tests", "TEST_CODE_TWICE", $"The code {twice.Key} occurs {twice.Count()} times.").With("test_code", twice.Key).With("count", twice.Count()));
    }

    /// <summary>Refuses an approval by the author, or of what is not a draft (21 CFR 211.186(a): a second person checks independently).</summary>
    public static Decision<bool> Approve(string specificationId, bool isDraft, string authorId, string approverId)
    {
        List<Refusal> refusals = [];
        if (!isDraft)
            refusals.Add(Refusal.State($"specifications/{specificationId}", "SPECIFICATION_APPROVED", "The specification is approved and never changes; write the next version."));
        if (authorId == approverId)
            refusals.Add(Refusal.Denied($"specifications/{specificationId}", "APPROVER_IS_AUTHOR", "The author of a specification cannot approve it.").With("author_id", authorId));
        return refusals is [] ? true : refusals;
    }

    /// <summary>Longest wait for a result after release. No rule names one: it only keeps a slip of the pen from being approved.</summary>
    public static readonly TimeSpan ResultWithinMax = TimeSpan.FromDays(90);

    static void Check(SpecTest test, string field, List<Refusal> refusals)
    {
        CheckPending(test, field, refusals);
        refusals.RequireText(test.Code, $"{field}.code", 40);
        refusals.RequireText(test.Name, $"{field}.name", 120);
        refusals.RequireText(test.Method, $"{field}.method", 60);
        if (test.Low is { } low && !double.IsFinite(low) || test.High is { } high && !double.IsFinite(high))
            refusals.Add(Refusal.Invalid(field, "LIMIT_NOT_FINITE", "Limits are finite numbers."));
        if (test.Low > test.High)
            refusals.Add(Refusal.Invalid(field, "LIMITS_CROSSED", $"The low limit {test.Low} lies above the high limit {test.High}.").With("low", test.Low).With("high", test.High));
        if (test.IsText && (test.Low ?? test.High) is not null)
            refusals.Add(Refusal.Invalid(field, "LIMIT_OF_TEXT", "A test has limits or an expected text, not both."));
        if (test.IsText && test.Unit.Length > 0)
            refusals.Add(Refusal.Invalid($"{field}.unit", "UNIT_OF_TEXT", "A text has no unit.").With("unit", test.Unit));
        if (!test.IsText && test.Low is null && test.High is null)
            refusals.Add(Refusal.Invalid(field, "LIMIT_MISSING", "A test has a low limit, a high limit or an expected text: without one nothing could fail."));
        if (!test.IsText && test.Unit.Length == 0)
            refusals.Add(Refusal.Invalid($"{field}.unit", "UNIT_MISSING", "A number has a unit; write 1 for a pure number."));
    }

    // A test that may end after release needs a ground that QA approves with it, and a deadline: without one nobody would miss its result.
    static void CheckPending(SpecTest test, string field, List<Refusal> refusals)
    {
        if (test.By is NeededBy.Release)
        {
            if (test.ResultWithin is not null)
                refusals.Add(Refusal.Invalid($"{field}.result_within", "DEADLINE_UNEXPECTED", "A test before release has no deadline after it."));
            if (test.PendingBasis.Length > 0)
                refusals.Add(Refusal.Invalid($"{field}.pending_basis", "BASIS_UNEXPECTED", "A test before release needs no ground to end after it."));
            return;
        }

        refusals.RequireText(test.PendingBasis, $"{field}.pending_basis", 200);
        if (test.ResultWithin is not { } within)
        {
            refusals.Add(Refusal.Invalid($"{field}.result_within", "DEADLINE_MISSING", "A test that ends after release has its result within a stated time."));
        }
        else if (within <= TimeSpan.Zero || within > ResultWithinMax)
        {
            refusals.Add(Refusal.Invalid($"{field}.result_within", "DEADLINE_OUT_OF_RANGE", $"A result comes within {ResultWithinMax.TotalDays:0} days after release.")
                .With("result_within_seconds", within.TotalSeconds).With("result_within_max_seconds", ResultWithinMax.TotalSeconds));
        }
    }
}
