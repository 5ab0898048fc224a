using Doseline.Kernel.Rules;
using Doseline.Quality.Data;
using Doseline.Quality.Domain;
using Doseline.Quality.V1;
using Google.Protobuf.WellKnownTypes;

namespace Doseline.Quality.Api;

/// <summary>Specifications as sent.</summary>
static class SpecificationWire
{
    public static Specification ToWire(this SpecificationRow row) => new()
    {
        SpecificationId = row.Id,
        ProductCode = row.ProductCode,
        SpecificationVersion = row.SpecVersion,
        ProductName = row.ProductName,
        DosageForm = row.DosageForm,
        EffectiveTime = Timestamp.FromDateTimeOffset(row.EffectiveTime),
        Tests = { SpecificationBook.Read(row.Tests).Select(ToWire) },
        State = row.Approved ? SpecificationState.Approved : SpecificationState.Draft,
        AuthorName = row.AuthorName,
        Approval = Words.Signature(row.Approval),
        Version = row.Version,
    };

    public static SpecTest Read(this SpecificationTest sent, string field, List<Refusal> refusals)
    {
        if (sent.Scope is not (TestScope.Batch or TestScope.Dose))
            refusals.Add(Refusal.Invalid($"{field}.scope", "SCOPE_REQUIRED", "A test is made on the batch or on each dose."));
        if (sent.Timing is not (TestTiming.BeforeRelease or TestTiming.AfterRelease))
            refusals.Add(Refusal.Invalid($"{field}.timing", "TIMING_REQUIRED", "A test has its result before release or after."));
        return new SpecTest(
            sent.Code, sent.Name, sent.Method, sent.Unit, sent.HasLow ? sent.Low : null, sent.HasHigh ? sent.High : null, sent.ExpectedText,
            sent.Scope is TestScope.Dose ? TestedOn.Dose : TestedOn.Batch, sent.Timing is TestTiming.AfterRelease ? NeededBy.AfterRelease : NeededBy.Release,
            sent.ResultWithin?.ToTimeSpan(), sent.PendingBasis);
    }

    static SpecificationTest ToWire(SpecTest test)
    {
        SpecificationTest wire = new()
        {
            Code = test.Code,
            Name = test.Name,
            Method = test.Method,
            Unit = test.Unit,
            ExpectedText = test.ExpectedText,
            Scope = test.On is TestedOn.Dose ? TestScope.Dose : TestScope.Batch,
            Timing = test.By is NeededBy.AfterRelease ? TestTiming.AfterRelease : TestTiming.BeforeRelease,
            ResultWithin = test.ResultWithin is { } within ? Duration.FromTimeSpan(within) : null,
            PendingBasis = test.PendingBasis,
        };
        if (test.Low is { } low) wire.Low = low;
        if (test.High is { } high) wire.High = high;
        return wire;
    }
}
