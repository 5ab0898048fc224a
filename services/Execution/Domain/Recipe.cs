namespace Doseline.Execution.Domain;

/// <summary>A master recipe as its rules see it; the whole document is kept as canonical JSON beside it.</summary>
/// <param name="Code">Code.</param>
/// <param name="ProductCode">Product it makes.</param>
/// <param name="ProductName">Name as printed.</param>
/// <param name="Nuclide">Nuclide of the product.</param>
/// <param name="Steps">Steps in the order of execution.</param>
/// <param name="Materials">Materials of the formula.</param>
/// <param name="Synthesis">From start to end of synthesis.</param>
/// <param name="Dispensing">From end of synthesis to the last dose dispensed.</param>
/// <param name="Release">From end of synthesis to the earliest release.</param>
/// <param name="ShelfLife">From end of synthesis to expiry.</param>
/// <param name="YieldMin">Least yield, fraction of the activity issued, decay-corrected.</param>
/// <param name="YieldMax">Greatest yield, as a fraction.</param>
/// <param name="BalanceTolerance">Greatest unexplained part of the activity issued, as a fraction.</param>
public sealed record Recipe(
    string Code, string ProductCode, string ProductName, string Nuclide, IReadOnlyList<RecipeStep> Steps, IReadOnlyList<RecipeMaterial> Materials,
    TimeSpan Synthesis, TimeSpan Dispensing, TimeSpan Release, TimeSpan ShelfLife, double YieldMin, double YieldMax, double BalanceTolerance)
{
    /// <summary>The step with the id; null when there is none.</summary>
    public RecipeStep? Step(string id) => Steps.FirstOrDefault(s => s.Id == id);

    /// <summary>The material with the code; null when there is none.</summary>
    public RecipeMaterial? Material(string code) => Materials.FirstOrDefault(m => m.Code == code);
}

/// <summary>A phase of the procedure.</summary>
/// <param name="Id">Identifier, unique within the recipe.</param>
/// <param name="Path">Where it stands, for refusals: the proto path of the step.</param>
/// <param name="Title">What to do.</param>
/// <param name="Kind">Kind.</param>
/// <param name="Inputs">Values to enter.</param>
/// <param name="PerformerRoles">Roles that may perform it; any operator when empty.</param>
/// <param name="NeedsVerification">True when a second person must verify it.</param>
/// <param name="EquipmentClasses">Classes of equipment needed.</param>
/// <param name="MaterialCode">Material issued in it; empty for other kinds.</param>
public sealed record RecipeStep(
    string Id, string Path, string Title, StepKind Kind, IReadOnlyList<StepInput> Inputs, IReadOnlyList<string> PerformerRoles,
    bool NeedsVerification, IReadOnlyList<EquipmentClass> EquipmentClasses, string MaterialCode)
{
    /// <summary>The performer signs.</summary>
    public const string Performed = "performed";

    /// <summary>The verifier signs.</summary>
    public const string Verified = "verified";

    /// <summary>Procedure that whoever performs or verifies it is trained on; empty for none but the method's.</summary>
    public string Procedure { get; init; } = "";

    /// <summary>Signatures that the step requires: <see cref="Performed"/>, <see cref="Verified"/>.</summary>
    public IReadOnlyList<string> SignatureMeanings { get; init; } = [];

    /// <summary>True when the step requires that signature.</summary>
    public bool Signs(string meaning) => SignatureMeanings.Contains(meaning, StringComparer.Ordinal);
}

/// <summary>A value that a step asks for.</summary>
/// <param name="Code">Code, unique within the step.</param>
/// <param name="Type">Type.</param>
/// <param name="Unit">Unit of a number.</param>
/// <param name="Minimum">Lower limit, in the unit, or in seconds for a duration; null for none.</param>
/// <param name="Maximum">Upper limit; null for none.</param>
/// <param name="Choices">Codes allowed.</param>
/// <param name="Expected">Value a boolean must have to be in limit; null when both are.</param>
/// <param name="MayBeLeftOut">True when it is optional.</param>
public sealed record StepInput(
    string Code, InputType Type, string Unit, double? Minimum, double? Maximum, IReadOnlyList<string> Choices, bool? Expected, bool MayBeLeftOut);

/// <summary>A material of the formula.</summary>
/// <param name="Code">Material code.</param>
/// <param name="Use">Authorised use.</param>
/// <param name="Radioactive">True when issued as an activity.</param>
/// <param name="Unit">Unit of a cold material.</param>
public sealed record RecipeMaterial(string Code, string Use, bool Radioactive, string Unit);

/// <summary>Kinds of steps; the numbers are those of the wire.</summary>
public enum StepKind
{
    /// <summary>Not given.</summary>
    Unspecified = 0,

    /// <summary>Equipment is checked.</summary>
    EquipmentCheck = 1,

    /// <summary>The line is cleared.</summary>
    LineClearance = 2,

    /// <summary>A material is issued.</summary>
    MaterialIssue = 3,

    /// <summary>A parameter is entered.</summary>
    Parameter = 4,

    /// <summary>In-process check.</summary>
    InProcessCheck = 5,

    /// <summary>Synthesis.</summary>
    Synthesis = 6,

    /// <summary>Dispensing of doses.</summary>
    Dispense = 7,

    /// <summary>Sampling.</summary>
    Sample = 8,

    /// <summary>Environmental check.</summary>
    Environmental = 9,

    /// <summary>Cleaning.</summary>
    Cleaning = 10,
}

/// <summary>Types of values; the numbers are those of the wire.</summary>
public enum InputType
{
    /// <summary>Not given.</summary>
    Unspecified = 0,

    /// <summary>A number.</summary>
    Number = 1,

    /// <summary>Yes or no.</summary>
    Boolean = 2,

    /// <summary>One of the choices.</summary>
    Code = 3,

    /// <summary>An instant.</summary>
    Instant = 4,

    /// <summary>A duration.</summary>
    Duration = 5,

    /// <summary>A piece of equipment.</summary>
    Equipment = 6,
}
