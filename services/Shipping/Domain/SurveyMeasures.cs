using Doseline.Kernel.Rules;

namespace Doseline.Shipping.Domain;

/// <summary>What the dose rates of a package are held against before they are recorded: each other, and earlier packages of the same packaging and nuclide.</summary>
/// <remarks>No rule gives these bounds; a site sets its own (PlausibilityService.PutBounds), with the principal nuclide as product and the packaging as item.</remarks>
public static class SurveyMeasures
{
    /// <summary>Dose rate at the surface against the one at 1 m: of a source some decimetres below the surface it is tens of times as great.</summary>
    public static Measure Surface { get; } = new("surface_over_metre", "The dose rate at the surface, against the one at 1 m,", 10, 200);

    /// <summary>Dose rate at 1 m for each gigabecquerel of the principal nuclide, in nanosieverts per hour. Unless set: a fifth to five times of earlier packages, once there were three.</summary>
    public static Measure Metre { get; } = new("metre_nsv_per_hour_per_gbq", "The dose rate at 1 m, for what is in the package,", 0.2, 5);

    /// <summary>Every measure of a survey.</summary>
    public static IReadOnlyList<Measure> All { get; } = [Surface, Metre];

    /// <summary>Of a survey.</summary>
    /// <param name="nuclide">Principal nuclide.</param>
    /// <param name="packaging">Packaging.</param>
    /// <param name="surface">Dose rate at the surface in nanosieverts per hour (nSv/h).</param>
    /// <param name="metre">Dose rate at 1 m in nanosieverts per hour (nSv/h).</param>
    /// <param name="contents">Activity in the package at the survey, in gigabecquerels (GBq).</param>
    /// <param name="earlier">Dose rate at 1 m for each gigabecquerel, of earlier packages.</param>
    public static IEnumerable<Asked?> Of(string nuclide, string packaging, long surface, long metre, double contents, IEnumerable<double> earlier) =>
    [
        Surface.Against(nuclide, packaging, "survey.surface_dose_rate_nsv_per_hour", "nsv_per_hour", surface, metre),
        contents > 0 ? Metre.AgainstUsual(nuclide, packaging, "survey.one_meter_dose_rate_nsv_per_hour", "nSv/h/GBq", metre / contents, earlier) : null,
    ];
}
