using Doseline.Execution.Data;
using Doseline.Execution.Domain;
using Doseline.Execution.V1;
using Doseline.Kernel.Decay;
using Doseline.Kernel.Rules;
using Doseline.Kernel.Signing;
using Doseline.Platform.Rpc;
using Grpc.Core;
using RecipeState = Doseline.Execution.Domain.RecipeState;

namespace Doseline.Execution.Api;

/// <summary>Writes, approves and shows master recipes.</summary>
public sealed class RecipesApi(ExecutionDb db, PageTokens pageTokens) : RecipesService.RecipesServiceBase
{
    /// <inheritdoc/>
    public override Task<PutRecipeResponse> PutRecipe(PutRecipeRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        if (request.Recipe is null) throw new RefusedException(Refusal.Invalid("recipe", "FIELD_REQUIRED", "recipe is required."));
        var recipe = RecipeRules.Check(request.Recipe.ToDomain(), NuclideData.Current).OrThrow();
        return db.LockedAsync($"recipe:{recipe.Code}", async () =>
        {
            var document = RecipeWire.Document(request.Recipe);
            var row = request.Version == 0 ? await NewAsync(recipe, document, cancel) : await DraftAsync(recipe.Code, request.Version, request.Etag, cancel);
            row.ProductCode = recipe.ProductCode;
            row.Document = document;
            row.Hash = Digest.Of(document);
            row.AuthorId = db.Request.Caller.Subject;
            row.AuthorName = db.Request.Caller.Name;
            await db.SaveChangesAsync(cancel);
            return await db.AnswerAsync(new PutRecipeResponse { Recipe = row.ToWire() }, cancel);
        }, cancel);
    }

    /// <inheritdoc/>
    public override Task<ApproveRecipeResponse> ApproveRecipe(ApproveRecipeRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        return db.LockedAsync($"recipe:{request.Code}", async () =>
        {
            var row = await DraftAsync(request.Code, request.Version, request.Etag, cancel);
            List<Refusal> refusals = [];
            DateTimeOffset? effective = request.EffectiveTime is null ? null : request.EffectiveTime.Read("effective_time").OrAdd(refusals);
            var latest = (await db.LoadAsync(db.All<RecipeRow>(nameof(RecipeRow.Code), request.Code), cancel)).Where(r => r.State is RecipeState.Approved).Max(r => r.EffectiveTime);
            // Drafts of before this rule are met here.
            refusals.AddRange(BatchNumbers.Against(row.ProductCode, "product_code"));
            var from = RecipeRules.Approve(row.AuthorId, db.Request.Caller.Subject, effective, latest, db.Now).OrAdd(refusals);
            refusals.ThrowIfAny();
            row.State = RecipeState.Approved;
            row.ApproverId = db.Request.Caller.Subject;
            row.ApproverName = db.Request.Caller.Name;
            row.ApproveTime = db.Now;
            row.EffectiveTime = from;
            row.Approval = Stored.WriteSignature(db.Request.Manifestation);
            await db.SaveChangesAsync(cancel);
            return await db.AnswerAsync(new ApproveRecipeResponse { Recipe = row.ToWire() }, cancel);
        }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<GetRecipeResponse> GetRecipe(GetRecipeRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var row = request.Version == 0
            ? await db.InForceAsync(request.Code, request.AtTime?.ToDateTimeOffset() ?? db.Now, cancel)
            : await db.LoadAsync<RecipeRow>(cancel, request.Code, request.Version);
        return new GetRecipeResponse { Recipe = (row ?? throw Unknown(request.Code, request.Version)).ToWire() };
    }

    /// <inheritdoc/>
    public override async Task<ListRecipesResponse> ListRecipes(ListRecipesRequest request, ServerCallContext context)
    {
        var query = db.List<RecipeRow>().IsIfAny(nameof(RecipeRow.Code), request.Code).IsIfAny(nameof(RecipeRow.ProductCode), request.ProductCode);
        if (request.State is not V1.RecipeState.Unspecified) query.Is(nameof(RecipeRow.State), (RecipeState)(int)request.State);
        var (rows, next) = await pageTokens.ReadAsync(request, query.By(nameof(RecipeRow.Code), nameof(RecipeRow.RecipeVersion)), context.CancellationToken);
        return new ListRecipesResponse { Recipes = { rows.Select(r => r.ToWire()) }, NextPageToken = next };
    }

    async Task<RecipeRow> NewAsync(Domain.Recipe recipe, string document, CancellationToken cancel)
    {
        var versions = await db.LoadAsync(db.All<RecipeRow>(nameof(RecipeRow.Code), recipe.Code), cancel);
        return db.Put(new RecipeRow
        {
            Code = recipe.Code,
            RecipeVersion = versions.Select(r => r.RecipeVersion).DefaultIfEmpty().Max() + 1,
            ProductCode = recipe.ProductCode,
            Document = document,
            Hash = "",
            State = RecipeState.Draft,
            AuthorId = "",
            AuthorName = "",
        });
    }

    async Task<RecipeRow> DraftAsync(string code, long version, long etag, CancellationToken cancel)
    {
        var row = await db.LoadAsync<RecipeRow>(cancel, code, version) ?? throw Unknown(code, version);
        if (row.State is not RecipeState.Draft)
            throw new RefusedException(Refusal.State($"recipes/{code}/{version}", "RECIPE_APPROVED", "An approved version never changes; write a new version.").With("effective_time", row.EffectiveTime));
        if (row.Version != etag) throw new RefusedException(Refusal.Stale($"recipes/{code}/{version}", etag, row.Version));
        return row;
    }

    static RefusedException Unknown(string code, long version) => new(Refusal.Missing($"recipes/{code}", "RECIPE_UNKNOWN",
        version == 0 ? $"No version of recipe {code} is in force then." : $"There is no version {version} of recipe {code}.").With("code", code).With("version", version));
}
