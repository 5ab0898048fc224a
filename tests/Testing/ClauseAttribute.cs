using Xunit.Sdk;

namespace Doseline.Testing;

/// <summary>Names the clauses of law that a test shows to be met; <c>docs/part11.md</c> is drawn from it.</summary>
/// <param name="clauses">For example <c>21 CFR 11.70</c> or <c>Annex 11 14</c>.</param>
[TraitDiscoverer("Doseline.Testing.ClauseDiscoverer", "Doseline.Testing")]
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true)]
public sealed class ClauseAttribute(params string[] clauses) : Attribute, ITraitAttribute
{
    /// <summary>Clauses.</summary>
    public IReadOnlyList<string> Clauses => clauses;
}

/// <summary>Shows the clauses to the test runner as traits.</summary>
public sealed class ClauseDiscoverer : ITraitDiscoverer
{
    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, string>> GetTraits(Xunit.Abstractions.IAttributeInfo traitAttribute) =>
        ((IEnumerable<object>)traitAttribute.GetConstructorArguments().Single()).Select(clause => new KeyValuePair<string, string>("Clause", (string)clause));
}
