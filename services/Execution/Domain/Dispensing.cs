using Doseline.Kernel.Decay;
using Doseline.Kernel.Rules;
using Doseline.Kernel.Time;

namespace Doseline.Execution.Domain;

/// <summary>Whether a measured dose may be taken from a bulk, and what is in it.</summary>
public static class Dispensing
{
    /// <summary>Judges a measurement. A dose outside its tolerance is taken and marked; what cannot be is refused.</summary>
    public static Decision<Dispensed> Judge(DispenseCase asked, DateTimeOffset now)
    {
        List<Refusal> refusals = [];
        var (reading, bulk, instrument) = (asked.Reading, asked.Bulk, asked.Instrument);
        refusals.RequirePositive(reading.Amount.Bq, "reading.activity_bq");
        refusals.RequirePositive(asked.VolumeMl, "volume_ml");
        if (reading.Nuclide.Symbol != bulk.Nuclide.Symbol)
            refusals.Add(Refusal.Invalid("reading.nuclide", "NUCLIDE_OF_OTHER_PRODUCT", $"The batch is {bulk.Nuclide.Symbol}.").With("nuclide", bulk.Nuclide.Symbol));
        refusals.AddRange(new EventSpan(now).After("end_of_synthesis", asked.EndOfSynthesis).Against("reading.reference_time", reading.Reference));
        if (asked.Dose.Expire <= now)
            refusals.Add(Refusal.State($"doses/{asked.Dose.Id}", "DOSE_EXPIRED", "The dose has expired.").With("expire_time", asked.Dose.Expire));
        var taken = InstrumentReading.Take(instrument, asked.SiteId, reading, asked.Geometry).OrAdd(refusals);
        if (refusals is not []) return refusals;

        var measured = taken!.Used;
        Left(asked, measured, refusals);
        if (refusals is not []) return refusals;
        var off = (measured.At(asked.Ordered.Reference).Bq - asked.Ordered.Amount.Bq) / asked.Ordered.Amount.Bq;
        return new Dispensed(measured, new CrossCalibration(reading.Nuclide.Symbol, taken.Geometry, taken.Setting, taken.Factor), off, Math.Abs(off) <= asked.ToleranceFraction * (1 + 1e-12));
    }

    /// <summary>What a part of a batch holds: the product nuclide as measured, and of each impurity the same share as of the product nuclide.</summary>
    /// <param name="part">The part, measured.</param>
    /// <param name="issued">Product nuclide issued to the batch.</param>
    public static IReadOnlyList<CalibratedActivity> Contents(CalibratedActivity part, IReadOnlyList<Movement> issued)
    {
        var lines = issued.Where(m => m.Kind is MovementKind.Issued && m.Activity is not null).ToList();
        var total = lines.Sum(m => m.Activity!.At(part.Reference).Bq);
        var share = total > 0 ? part.Amount.Bq / total : 0;
        return
        [
            part,
            .. lines.SelectMany(m => m.Impurities).GroupBy(i => (i.Nuclide.Symbol, i.DataVersion))
                .Select(g => g.First().ReferredTo(part.Reference).WithAmount(new Activity(g.Sum(i => i.At(part.Reference).Bq) * share))),
        ];
    }

    static void Left(DispenseCase asked, CalibratedActivity measured, List<Refusal> refusals)
    {
        var at = measured.Reference;
        var gone = asked.TakenFromBulk.Where(m => m.Activity is not null).Sum(m => m.Activity!.At(at).Bq);
        var left = asked.Bulk.At(at).Bq - gone;
        // Two measurements of the same activity differ by their errors; the tolerance of the balance is the room for that.
        var room = left + asked.BalanceTolerance * asked.Bulk.At(at).Bq;
        if (measured.Amount.Bq > room)
        {
            refusals.Add(Refusal.State($"batches/{asked.BatchId}", "ACTIVITY_NOT_LEFT", "The bulk does not hold so much any more.")
                .With("measured_bq", measured.Amount.Bq).With("left_bq", Math.Max(0, left)).With("at_time", at));
        }
        var volumeLeft = asked.BulkVolumeMl - asked.TakenFromBulk.Sum(m => m.VolumeMl);
        if (asked.VolumeMl > volumeLeft * (1 + 1e-9))
        {
            refusals.Add(Refusal.State($"batches/{asked.BatchId}", "VOLUME_NOT_LEFT", "The bulk does not hold so much volume any more.")
                .With("volume_ml", asked.VolumeMl).With("left_ml", Math.Max(0, volumeLeft)));
        }
    }
}

/// <summary>A dose to be dispensed, with everything its judgement needs.</summary>
/// <param name="BatchId">Batch.</param>
/// <param name="SiteId">Site of the batch.</param>
/// <param name="Dose">The dose.</param>
/// <param name="Ordered">Activity ordered, at the instant of the order.</param>
/// <param name="ToleranceFraction">Allowed deviation there, as a fraction.</param>
/// <param name="Reading">What the instrument showed.</param>
/// <param name="VolumeMl">Volume in millilitres (mL).</param>
/// <param name="Instrument">Instrument.</param>
/// <param name="Geometry">Geometry measured.</param>
/// <param name="EndOfSynthesis">End of synthesis.</param>
/// <param name="Bulk">Bulk as measured.</param>
/// <param name="BulkVolumeMl">Volume of the bulk in millilitres (mL).</param>
/// <param name="TakenFromBulk">What was taken from the bulk before.</param>
/// <param name="BalanceTolerance">Tolerance of the activity balance, as a fraction.</param>
public sealed record DispenseCase(
    string BatchId, string SiteId, Dose Dose, CalibratedActivity Ordered, double ToleranceFraction, CalibratedActivity Reading, double VolumeMl,
    Equipment Instrument, string Geometry, DateTimeOffset EndOfSynthesis, CalibratedActivity Bulk, double BulkVolumeMl,
    IReadOnlyList<Movement> TakenFromBulk, double BalanceTolerance);

/// <summary>A judged measurement.</summary>
/// <param name="Measured">As used: reading times factor.</param>
/// <param name="Factor">Factor and setting.</param>
/// <param name="DeviationFraction">Deviation from what was ordered, at the instant of the order, as a signed fraction.</param>
/// <param name="InTolerance">True when that deviation is allowed.</param>
public sealed record Dispensed(CalibratedActivity Measured, CrossCalibration Factor, double DeviationFraction, bool InTolerance);
