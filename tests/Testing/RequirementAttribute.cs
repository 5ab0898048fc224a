using Xunit.Sdk;

namespace Doseline.Testing;

/// <summary>
/// Names the rows of the contract that a test shows, in whole or in part. How far a row is shown, and on which tests that rests, is said in
/// <c>tests/verdicts</c>; the trace holds the two against each other.
/// </summary>
/// <param name="rows">Identifiers, for example <c>A071</c>.</param>
[TraitDiscoverer("Doseline.Testing.RequirementDiscoverer", "Doseline.Testing")]
[AttributeUsage(AttributeTargets.Method)]
public sealed class RequirementAttribute(params string[] rows) : Attribute, ITraitAttribute
{
    /// <summary>Identifiers of the rows.</summary>
    public IReadOnlyList<string> Rows => rows;
}

/// <summary>Shows the rows to the test runner as traits.</summary>
public sealed class RequirementDiscoverer : ITraitDiscoverer
{
    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, string>> GetTraits(Xunit.Abstractions.IAttributeInfo traitAttribute) =>
        ((IEnumerable<object>)traitAttribute.GetConstructorArguments().Single()).Select(row => new KeyValuePair<string, string>("Requirement", (string)row));
}
