using Doseline.Kernel.Decay;

namespace Doseline.Execution.Domain;

/// <summary>A value as entered in a step.</summary>
/// <param name="Code">Code of the input.</param>
/// <param name="Type">Type.</param>
/// <param name="Value">Value as text: a number with every digit, true or false, a code, an RFC 3339 instant, seconds, an equipment id.</param>
/// <param name="InLimit">False when it is out of its limits.</param>
public sealed record InputValue(string Code, InputType Type, string Value, bool InLimit);

/// <summary>A line of the balance of a batch.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="ReferenceId">Lot, dose, sample or waste item.</param>
/// <param name="Activity">Activity of the product nuclide; null for cold material.</param>
/// <param name="Impurities">Other nuclides that went with it.</param>
/// <param name="VolumeMl">Volume in millilitres (mL); 0 when not known.</param>
public sealed record Movement(MovementKind Kind, string ReferenceId, CalibratedActivity? Activity, IReadOnlyList<CalibratedActivity> Impurities, double VolumeMl);
