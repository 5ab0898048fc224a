using Doseline.Kernel.Rules;

namespace Doseline.Quality.Domain;

/// <summary>A dose, as far as its release depends on it.</summary>
/// <param name="Id">Dose.</param>
/// <param name="State">Disposition now.</param>
/// <param name="Expire">Instant after which it may not be given (UTC).</param>
/// <param name="LostCause">Why execution lost it; empty when it did not.</param>
public sealed record DoseToRelease(string Id, QualityStatus State, DateTimeOffset Expire, string LostCause);

/// <summary>Something that stands against release until it ends: a hold, an open deviation or an open investigation.</summary>
/// <param name="Id">Hold, deviation or investigation.</param>
/// <param name="DoseId">Dose; empty for the whole batch.</param>
/// <param name="ReferenceId">Record that controls it.</param>
public sealed record Obstacle(string Id, string DoseId, string ReferenceId);

/// <summary>The result of a test that counts.</summary>
/// <param name="TestCode">Test.</param>
/// <param name="DoseId">Dose; empty for the batch.</param>
/// <param name="ResultId">Result.</param>
/// <param name="Finding">Its verdict.</param>
public sealed record LastResult(string TestCode, string DoseId, string ResultId, Finding Finding);

/// <summary>Everything that the release of doses depends on, read at one instant.</summary>
public sealed record ReleaseCase
{
    /// <summary>Batch.</summary>
    public required string BatchId { get; init; }

    /// <summary>True once execution said that production is complete.</summary>
    public required bool ProductionComplete { get; init; }

    /// <summary>Doses to release.</summary>
    public required IReadOnlyList<DoseToRelease> Doses { get; init; }

    /// <summary>Holds that stand.</summary>
    public required IReadOnlyList<Obstacle> Holds { get; init; }

    /// <summary>Deviations that are open.</summary>
    public required IReadOnlyList<Obstacle> Deviations { get; init; }

    /// <summary>Investigations of results out of specification that are open.</summary>
    public required IReadOnlyList<Obstacle> Investigations { get; init; }

    /// <summary>Tests of the specification in force; null when there is none.</summary>
    public required IReadOnlyList<SpecTest>? Tests { get; init; }

    /// <summary>The result of each test that counts.</summary>
    public required IReadOnlyList<LastResult> Results { get; init; }

    /// <summary>Now (UTC).</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>Tests that QA lets pend, by code; null for a release of what is complete.</summary>
    public IReadOnlyList<string>? Pending { get; init; }
}

/// <summary>A test without a result that may still come.</summary>
/// <param name="Test">Test.</param>
/// <param name="DoseId">Dose; empty for the batch.</param>
public sealed record TestPending(SpecTest Test, string DoseId);

/// <summary>Says whether doses may be released.</summary>
public static class ReleaseRules
{
    /// <summary>The tests of these doses and their batch that may end after release and have no result yet.</summary>
    public static IReadOnlyList<TestPending> PendingOf(ReleaseCase release) =>
    [
        .. from test in release.Tests ?? []
           where test.By is NeededBy.AfterRelease
           from dose in test.On is TestedOn.Batch ? [""] : release.Doses.Select(d => d.Id)
           where !release.Results.Any(r => r.TestCode == test.Code && r.DoseId == dose)
           select new TestPending(test, dose),
    ];

    /// <summary>Every reason against release; empty when QA may sign. Numbers of a reason about one dose hold its <c>dose_id</c>.</summary>
    public static List<Refusal> Refusals(ReleaseCase release)
    {
        List<Refusal> refusals = [];
        var batch = $"batches/{release.BatchId}";
        if (!release.ProductionComplete)
            refusals.Add(Refusal.State(batch, "PRODUCTION_NOT_COMPLETE", "Execution has not said that production of the batch is complete."));
        if (release.Tests is null)
            refusals.Add(Refusal.State(batch, "SPECIFICATION_MISSING", "No approved specification is in force for the product of the batch."));
        foreach (var hold in release.Holds.Where(h => h.DoseId is ""))
            refusals.Add(Held(batch, hold));
        foreach (var deviation in release.Deviations.Where(d => d.DoseId is ""))
            refusals.Add(Open(batch, deviation));
        foreach (var investigation in release.Investigations.Where(i => i.DoseId is ""))
            refusals.Add(Investigated(batch, investigation));
        CheckPending(release, batch, refusals);
        foreach (var test in Needed(release, TestedOn.Batch)) CheckResult(release, test, "", batch, refusals);
        foreach (var dose in release.Doses) Check(release, dose, refusals);
        return refusals;
    }

    // What is let pend is named test by test: no more than the specification allows, and no less than there is.
    static void CheckPending(ReleaseCase release, string batch, List<Refusal> refusals)
    {
        if (release.Tests is not { } tests) return;
        List<SpecTest> pending = [.. PendingOf(release).Select(p => p.Test).Distinct()];
        if (release.Pending is not { } named)
        {
            foreach (var test in pending)
            {
                refusals.Add(Refusal.State(batch, "RESULT_PENDING", $"{test.Name} ({test.Code}) has no result yet: release conditionally, naming it, or wait for it.")
                    .With("test_code", test.Code).With("limit", test.LimitText));
            }

            return;
        }

        foreach (var test in pending.Where(t => !named.Contains(t.Code, StringComparer.Ordinal)))
        {
            refusals.Add(Refusal.Invalid("pending_test_codes", "PENDING_TEST_NOT_NAMED", $"{test.Name} ({test.Code}) is pending and not named.")
                .With("test_code", test.Code));
        }

        foreach (var code in named.Where(n => pending.TrueForAll(t => t.Code != n)).Distinct(StringComparer.Ordinal))
        {
            refusals.Add(tests.FirstOrDefault(t => t.Code == code) is not { By: NeededBy.AfterRelease }
                ? Refusal.State(batch, "TEST_MAY_NOT_PEND", $"The specification does not let {code} end after release.")
                    .With("test_code", code).With("test_codes_possible", string.Join(',', tests.Where(t => t.By is NeededBy.AfterRelease).Select(t => t.Code)))
                : Refusal.State(batch, "TEST_NOT_PENDING", $"{code} has a result; do not name it as pending.").With("test_code", code));
        }

        foreach (var test in pending.Where(t => t.ResultWithin is null))
        {
            refusals.Add(Refusal.State(batch, "PENDING_TEST_WITHOUT_DEADLINE", $"The specification says not by when {test.Code} has its result; approve a version that does.")
                .With("test_code", test.Code));
        }

        if (pending is [] && named is [])
            refusals.Add(Refusal.State(batch, "NOTHING_PENDING", "No test is pending: release the doses without condition."));
    }

    static void Check(ReleaseCase release, DoseToRelease dose, List<Refusal> refusals)
    {
        var resource = $"doses/{dose.Id}";
        List<Refusal> own = [];
        var cause = release.Pending is null ? StatusCause.Release : StatusCause.ReleaseConditionally;
        if (StatusModel.Next(StatusHolder.Dose, dose.Id, dose.State, cause) is { Accepted: false } illegal) own.AddRange(illegal.Refusals);
        // A dose that left on a condition is settled when its tests have passed, which is after its expiry as a rule.
        var settles = dose.State is QualityStatus.ConditionallyReleased;
        if (!settles && dose.Expire <= release.Now)
            own.Add(Refusal.State(resource, "DOSE_EXPIRED", "The dose is past its expiry.").With("expire_time", dose.Expire).With("now_time", release.Now));
        if (!settles && dose.LostCause.Length > 0)
            own.Add(Refusal.State(resource, "DOSE_LOST", "Execution has given the dose up.").With("cause", dose.LostCause));
        foreach (var hold in release.Holds.Where(h => h.DoseId == dose.Id)) own.Add(Held(resource, hold));
        foreach (var deviation in release.Deviations.Where(d => d.DoseId == dose.Id)) own.Add(Open(resource, deviation));
        foreach (var investigation in release.Investigations.Where(i => i.DoseId == dose.Id)) own.Add(Investigated(resource, investigation));
        foreach (var test in Needed(release, TestedOn.Dose)) CheckResult(release, test, dose.Id, resource, own);
        refusals.AddRange(own.Select(r => r.With("dose_id", dose.Id)));
    }

    static IEnumerable<SpecTest> Needed(ReleaseCase release, TestedOn on) => (release.Tests ?? []).Where(t => t.On == on);

    static void CheckResult(ReleaseCase release, SpecTest test, string doseId, string resource, List<Refusal> refusals)
    {
        var last = release.Results.FirstOrDefault(r => r.TestCode == test.Code && r.DoseId == doseId);
        if (last is null && test.By is NeededBy.Release)
            refusals.Add(Refusal.State(resource, "RESULT_MISSING", $"{test.Name} ({test.Code}) has no result.").With("test_code", test.Code).With("limit", test.LimitText));
        // A failed test stands against release whenever it was due.
        if (last is { Finding: Finding.OutOfSpecification })
        {
            refusals.Add(Refusal.State(resource, "RESULT_OUT_OF_SPECIFICATION", $"{test.Name} ({test.Code}) is out of specification.")
                .With("test_code", test.Code).With("limit", test.LimitText).With("result_id", last.ResultId));
        }
    }

    static Refusal Held(string resource, Obstacle hold) =>
        Refusal.State(resource, "ON_HOLD", "A hold stands.").With("hold_id", hold.Id).With("reference_id", hold.ReferenceId);

    static Refusal Open(string resource, Obstacle deviation) =>
        Refusal.State(resource, "DEVIATION_OPEN", "A deviation is open.").With("deviation_id", deviation.Id);

    static Refusal Investigated(string resource, Obstacle investigation) =>
        Refusal.State(resource, "INVESTIGATION_OPEN", "A result out of specification is under investigation.").With("investigation_id", investigation.Id).With("deviation_id", investigation.ReferenceId);
}
