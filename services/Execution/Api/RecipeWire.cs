using Doseline.Execution.Data;
using Doseline.Execution.V1;
using Doseline.Kernel.Signing;
using Doseline.Platform.Messaging;
using Doseline.Platform.Rpc;
using Google.Protobuf.WellKnownTypes;

namespace Doseline.Execution.Api;

/// <summary>Recipes between wire, store and rules.</summary>
static class RecipeWire
{
    /// <summary>The recipe as its rules see it.</summary>
    public static Domain.Recipe ToDomain(this Recipe sent) => new(
        sent.Code, sent.ProductCode, sent.ProductName, sent.Nuclide, [.. Steps(sent)],
        [.. sent.Materials.Select(m => new Domain.RecipeMaterial(m.Code, m.Use, m.Radioactive, m.Unit))],
        Span(sent.SynthesisDuration), Span(sent.DispensingDuration), Span(sent.ReleaseDuration), Span(sent.ShelfLife),
        sent.YieldFractionMin, sent.YieldFractionMax, sent.BalanceToleranceFraction);

    /// <summary>The recipe of a stored version.</summary>
    public static Domain.Recipe ToDomain(this RecipeRow row) => Document(row.Document).ToDomain();

    /// <summary>Reads a stored document.</summary>
    public static Recipe Document(string json) => FactJson.Read<Recipe>(json);

    /// <summary>Writes a document for the store: canonical, so that its hash is the hash of its content.</summary>
    public static string Document(Recipe recipe) => CanonicalJson.Of(FactJson.Write(recipe));

    /// <summary>A version as sent.</summary>
    public static RecipeVersion ToWire(this RecipeRow row) => new()
    {
        Recipe = Document(row.Document),
        Version = row.RecipeVersion,
        State = (RecipeState)(int)row.State,
        Hash = row.Hash,
        AuthorName = row.AuthorName,
        ApproverName = row.ApproverName ?? "",
        ApproveTime = row.ApproveTime.ToWire(),
        EffectiveTime = row.EffectiveTime.ToWire(),
        Etag = row.Version,
        Approval = Stored.ReadSignature(row.Approval),
    };

    static IEnumerable<Domain.RecipeStep> Steps(Recipe sent)
    {
        for (var u = 0; u < sent.UnitProcedures.Count; u++)
        {
            var unit = sent.UnitProcedures[u];
            for (var o = 0; o < unit.Operations.Count; o++)
            {
                var operation = unit.Operations[o];
                for (var s = 0; s < operation.Steps.Count; s++)
                    yield return Step(operation.Steps[s], $"recipe.unit_procedures[{u}].operations[{o}].steps[{s}]");
            }
        }
    }

    static Domain.RecipeStep Step(RecipeStep step, string path) => new(
        step.Id, path, step.Title, (Domain.StepKind)(int)step.Kind, [.. step.Inputs.Select(Input)], [.. step.PerformerRoles],
        step.NeedsVerification, [.. step.EquipmentClasses.Select(c => (Domain.EquipmentClass)(int)c)], step.MaterialCode)
    {
        SignatureMeanings = [.. step.SignatureMeanings],
        Procedure = step.Procedure,
    };

    static Domain.StepInput Input(StepInput input) => new(
        input.Code, (Domain.InputType)(int)input.Type, input.Unit, input.HasMinimum ? input.Minimum : null, input.HasMaximum ? input.Maximum : null,
        [.. input.Choices], input.HasExpected ? input.Expected : null, input.MayBeLeftOut);

    static TimeSpan Span(Duration? sent) => sent?.ToTimeSpan() ?? TimeSpan.Zero;
}
