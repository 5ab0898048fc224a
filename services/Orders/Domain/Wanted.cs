using Doseline.Kernel.Decay;
using Doseline.Kernel.Rules;

namespace Doseline.Orders.Domain;

/// <summary>The activity ordered.</summary>
/// <param name="Ordered">Amount at the instant it was ordered for: planned administration, or the calibration the customer named.</param>
/// <param name="Administration">Planned instant of administration.</param>
/// <param name="AtCalibration">True when the customer named the calibration instant.</param>
public sealed record Wanted(CalibratedActivity Ordered, DateTimeOffset Administration, bool AtCalibration)
{
    /// <summary>The same order with everything moved, for another appointment.</summary>
    /// <param name="by">How far; negative is earlier.</param>
    public Wanted Moved(TimeSpan by) => this with
    {
        // The amount stays and its instant moves: that is another prescription, not decay.
        Ordered = Ordered.ReferredTo(Ordered.Reference + by).WithAmount(Ordered.Amount),
        Administration = Administration + by,
    };

    /// <summary>Adds every reason why this cannot be ordered of the product for the appointment.</summary>
    public void Check(List<Refusal> refusals, Product product, Appointment appointment, DateTimeOffset now)
    {
        if (Ordered.Nuclide.Symbol != product.Nuclide)
        {
            refusals.Add(Refusal.Invalid("wanted.nuclide", "NUCLIDE_MISMATCH", $"{product.Code} is a product of {product.Nuclide}, not of {Ordered.Nuclide.Symbol}.")
                .With("nuclide", Ordered.Nuclide.Symbol).With("nuclide_expected", product.Nuclide));
            return;
        }

        if (Administration < appointment.Start || Administration > appointment.End)
        {
            refusals.Add(Refusal.Invalid("wanted.at_administration.administration_time", "ADMINISTRATION_OUTSIDE_WINDOW", "The planned administration is not in the appointment window.")
                .With("administration_time", Administration).With("window_start_time", appointment.Start).With("window_end_time", appointment.End));
        }

        if (AtCalibration) CheckCalibration(refusals, product, appointment, now);
        CheckAmount(refusals, product);
        if (!AtCalibration) CheckWindow(refusals, product, appointment);
    }

    void CheckCalibration(List<Refusal> refusals, Product product, Appointment appointment, DateTimeOffset now)
    {
        if (Ordered.Reference < now)
        {
            refusals.Add(Refusal.Invalid("wanted.at_calibration.reference_time", "CALIBRATION_IN_PAST", "The calibration instant is in the past.")
                .With("reference_time", Ordered.Reference).With("now_time", now));
        }

        // A reference date after use occurs (Ra-223), but never beyond a shelf life.
        var latest = appointment.End + product.ShelfLife;
        if (Ordered.Reference > latest)
        {
            refusals.Add(Refusal.Invalid("wanted.at_calibration.reference_time", "CALIBRATION_TOO_LATE", "The calibration instant is later than any dose for this appointment lives.")
                .With("reference_time", Ordered.Reference).With("latest_reference_time", latest));
        }
    }

    void CheckAmount(List<Refusal> refusals, Product product)
    {
        var field = AtCalibration ? "wanted.at_calibration.activity_bq" : "wanted.at_administration.amount_bq";
        var asked = Ordered.AtAsked(Administration, field);
        if (!asked.Accepted)
        {
            refusals.AddRange(asked.Refusals);
            return;
        }

        var given = asked.Value;
        if (!(given > Activity.Zero))
        {
            refusals.Add(Refusal.Invalid(field, "ACTIVITY_NOT_POSITIVE", "The activity must be greater than 0 Bq.").With("amount_bq", given.Bq));
        }
        else if (given < product.Minimum)
        {
            refusals.Add(Refusal.Invalid(field, "ACTIVITY_BELOW_MINIMUM", $"{product.Code} is made from {product.Minimum.ToString(ActivityUnit.GBq)} at administration.")
                .With("at_administration_bq", given.Bq).With("minimum_bq", product.Minimum.Bq).With("nearest_amount_bq", product.Minimum.Bq));
        }
        else if (given > product.Maximum)
        {
            refusals.Add(Refusal.Invalid(field, "ACTIVITY_ABOVE_MAXIMUM", $"{product.Code} is made up to {product.Maximum.ToString(ActivityUnit.GBq)} at administration.")
                .With("at_administration_bq", given.Bq).With("maximum_bq", product.Maximum.Bq).With("nearest_amount_bq", product.Maximum.Bq));
        }
    }

    // A dose that is right at the planned instant must be inside the tolerance at both ends of the window.
    void CheckWindow(List<Refusal> refusals, Product product, Appointment appointment)
    {
        var earliest = Administration + TimeTo(1 + product.ToleranceFraction);
        var latest = Administration + TimeTo(1 - product.ToleranceFraction);
        if (appointment.Start >= earliest && appointment.End <= latest) return;
        refusals.Add(Refusal.Invalid("window_end", "WINDOW_EXCEEDS_TOLERANCE", $"{product.Nuclide} decays by more than ±{product.ToleranceFraction:0.##%} within this window.")
            .With("tolerance_fraction", product.ToleranceFraction).With("half_life_seconds", Ordered.Nuclide.HalfLifeSeconds)
            .With("nearest_window_start_time", appointment.Start > earliest ? appointment.Start : earliest)
            .With("nearest_window_end_time", appointment.End < latest ? appointment.End : latest));
    }

    // Δt = T½·log2(A₀/A), cut at a day: no window is longer.
    TimeSpan TimeTo(double fraction)
    {
        var seconds = -Ordered.Nuclide.HalfLifeSeconds * Math.Log2(fraction);
        return TimeSpan.FromSeconds(Math.Clamp(seconds, -Appointment.LengthMax.TotalSeconds, Appointment.LengthMax.TotalSeconds));
    }
}
