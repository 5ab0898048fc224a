using Xunit.Sdk;

namespace Doseline.Testing;

/// <summary>Names the rows of the contract that a test proves; the trace of rows to tests is generated from it.</summary>
/// <param name="rows">Identifiers, for example <c>A071</c>.</param>
[TraitDiscoverer("Doseline.Testing.RequirementDiscoverer", "Doseline.Testing")]
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true)]
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
