using System.Collections.Immutable;
using Doseline.Kernel.Rules;
using Doseline.Platform.Auth;
using Doseline.Platform.Data;
using Doseline.Platform.Rpc;
using Doseline.Quality.V1;
using Google.Protobuf;

namespace Doseline.Platform.Signing;

/// <summary>
/// Lets a signed method be called only with the signatures its policy asks for: genuine, of this caller, under this very request, with this meaning,
/// fresh, and not used before. What it lets through is stored with the effect, in the same transaction (<see cref="ServiceDb.AnswerAsync"/>).
/// </summary>
public sealed class SignatureGate(ISignatureKeys keys)
{
    /// <summary>The signatures that the call carries, first person first; none when the policy leaves the question to the record and none was given.</summary>
    /// <exception cref="RefusedException">With every reason why the call is not signed as it must be.</exception>
    public async Task<ImmutableArray<GivenSignature>> PassAsync(RpcMethod method, IMessage request, Caller caller, ServiceDb db, CancellationToken cancel)
    {
        var need = method.Policy.Signature;
        if (need is null) return [];
        var first = Text(method, request, SignedContent.Field);
        var second = Text(method, request, SignedContent.SecondField);
        var asked = !need.WhenAsked || SignedContent.AsksFor(need, request);
        List<Refusal> refusals = [];
        if (first is "" && asked) refusals.Add(Missing(SignedContent.Field, need.Meaning));
        if (second is "" && need.SecondPerson && (first is not "" || asked)) refusals.Add(Missing(SignedContent.SecondField, need.Meaning));
        if (first is "" && second is "") return refusals is [] ? [] : throw new RefusedException(refusals);
        if (caller.Is(Roles.Service))
            refusals.Add(Refusal.Denied(SignedContent.Field, "SIGNER_NOT_A_PERSON", "Only a person can sign.").With("caller_id", caller.Subject));

        var content = SignedContent.Of(method.Name, request);
        var call = new SignedCall(method.Name, SignedContent.HashOf(content), need, method.Policy.Roles, caller);
        var given = ImmutableArray.CreateBuilder<GivenSignature>(2);
        foreach (var (field, token) in new[] { (SignedContent.Field, first), (SignedContent.SecondField, second) })
        {
            if (token is "") continue;
            if (await ReadAsync(token, cancel) is not { } claims)
            {
                refusals.Add(Refusal.Denied(field, "SIGNATURE_NOT_GENUINE", "This is no signature, or not one that Identity made."));
                continue;
            }

            refusals.AddRange(SignatureRules.Refusals(field, claims, call, db.Now));
            if ((await KeyOfAsync(token, cancel))?.RetireTime is { } retired && retired <= db.Now)
                refusals.Add(Refusal.Denied(field, "SIGNING_KEY_RETIRED", "The key that made the signature is no longer in use; sign again.").With("retire_time", retired));
            if (await db.PeekAsync<SignatureRow>(cancel, claims.Id) is not null)
                refusals.Add(Used(field, claims.Id));
            given.Add(new GivenSignature(claims, token, SignatureTokens.KeyIdOf(token)!, content, claims.SitesOf(field is SignedContent.SecondField ? call.SecondRoles : call.Roles)));
        }

        refusals.ThrowIfAny();
        return given.DrainToImmutable();
    }

    /// <summary>What a genuine token says; null when it is not genuine.</summary>
    public async Task<SignatureClaims?> ReadAsync(string token, CancellationToken cancel) =>
        await KeyOfAsync(token, cancel) is { } key ? await SignatureTokens.ReadAsync(token, key.Public) : null;

    /// <summary>
    /// Believes the fact that a dose was released only when QA's own signature in it verifies (A128, A158); a fact that does not is parked with the reason.
    /// Any other disposition takes rights away and is believed as it comes.
    /// </summary>
    public async Task RequireReleaseAsync(DoseDispositionChanged fact, CancellationToken cancel)
    {
        if (fact.To is not (Disposition.Released or Disposition.ConditionallyReleased)) return;
        CarriedRelease.Refusals(fact, await ReadAsync(fact.SignerSignature, cancel)).ToList().ThrowIfAny();
    }

    /// <summary>The refusal of a signature that stands under something already.</summary>
    public static Refusal Used(string field, string signatureId) =>
        Refusal.Denied(field, "SIGNATURE_USED", "The signature stands under an earlier action; sign again.").With("signature_id", signatureId);

    /// <summary>The refusal of a call that is not signed.</summary>
    public static Refusal Missing(string field, Common.V1.SigningMeaning meaning) => Refusal.Denied(field, "SIGNATURE_REQUIRED",
        field is SignedContent.Field ? "This must be signed (SigningService.Sign)." : "A second person must sign this too (SigningService.Sign with second_person).")
        .With("meaning_needed", Meanings.CodeOf(meaning));

    async ValueTask<SignatureKey?> KeyOfAsync(string token, CancellationToken cancel) =>
        SignatureTokens.KeyIdOf(token) is { } keyId ? await keys.FindAsync(keyId, cancel) : null;

    static string Text(RpcMethod method, IMessage request, string field) =>
        method.Descriptor.InputType.FindFieldByName(field)?.Accessor.GetValue(request) as string ?? "";
}

/// <summary>A signature that was given with the call being handled, and accepted.</summary>
/// <param name="Claims">What it says.</param>
/// <param name="Token">Its token.</param>
/// <param name="KeyId">Key that signed it.</param>
/// <param name="Content">Canonical JSON of what was signed.</param>
/// <param name="Sites">Sites where the signer holds a role that this signature needs.</param>
public sealed record GivenSignature(SignatureClaims Claims, string Token, string KeyId, string Content, IReadOnlyList<string> Sites);
