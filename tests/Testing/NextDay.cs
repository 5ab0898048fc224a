using Doseline.Kernel.Decay;
using Doseline.Local.Day.Files;

namespace Doseline.Testing;

/// <summary>The same day once more, in the same cells, after the first.</summary>
static class NextDay
{
    /// <summary>A day followed by itself so many days later: what is delivered, ordered and made is there twice, the plant once.</summary>
    public static DayInput AndAgain(this DayInput day, int days)
    {
        var later = TimeSpan.FromDays(days);
        string Second(string name) => $"{name}-{days}";
        return day with
        {
            Deliveries =
            [
                .. day.Deliveries,
                .. day.Deliveries.Select(d => d with
                {
                    Lot = Second(d.Lot), Arrive = d.Arrive + later, Activity = Later(d.Activity), Impurities = [.. d.Impurities.Select(i => Later(i)!)],
                }),
            ],
            Orders =
            [
                .. day.Orders,
                .. day.Orders.Select(o => o with
                {
                    Order = Second(o.Order), Place = o.Place + later, WindowStart = o.WindowStart + later, WindowEnd = o.WindowEnd + later, PatientToken = Second(o.PatientToken),
                }),
            ],
            Runs = [.. day.Runs, .. day.Runs.Select(r => r with { Run = Second(r.Run), Start = r.Start + later, Lot = Second(r.Lot) })],
        };

        CalibratedActivity? Later(CalibratedActivity? activity) => activity is null ? null
            : CalibratedActivity.Create(activity.Nuclide.Symbol, activity.Amount.Bq, activity.Reference + later, NuclideData.Current, "later").OrThrow();
    }
}
