using System.Text.Json;
using System.Text.Json.Nodes;
using Doseline.Identity.Data;
using Doseline.Identity.Domain;
using Doseline.Identity.Keys;
using Doseline.Identity.Oidc;
using Doseline.Identity.V1;
using Doseline.Kernel.Rules;
using Doseline.Platform.Hosting;
using Doseline.Platform.Rpc;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using AccountKind = Doseline.Identity.Domain.AccountKind;
using AccountProof = Doseline.Identity.Domain.AccountProof;

namespace Doseline.Identity.Api;

/// <summary>Serves <see cref="AccountsService"/>.</summary>
public sealed class AccountsApi(IdentityDb db, EndedTokens ended, SigningKeys keys, Names names, PageTokens pages) : AccountsService.AccountsServiceBase
{
    const int OverlapHoursMax = 168;

    /// <inheritdoc/>
    public override async Task<CreateAccountResponse> CreateAccount(CreateAccountRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        List<Refusal> refusals = [];
        refusals.RequireText(request.Reason, "reason", 400);
        var client = Read(request.Account, db.Ids.New(), refusals);
        if (client is not null && await db.Accounts.AnyAsync(a => a.ClientId == client.ClientId, cancel))
            refusals.Add(Refusal.State($"accounts/{client.ClientId}", "CLIENT_ID_TAKEN", "This client_id belongs to an account.").With("client_id", client.ClientId));
        if (client is not null) await names.RequireFreeAsync(client.Id, client.Name, "", refusals, cancel);
        refusals.ThrowIfAny();
        await names.TakeAsync(client!.Id, client.Name, "", cancel);
        AccountRow row = new() { Id = client.Id, ClientId = client.ClientId, Name = client.Name, Kind = client.Kind, Proof = client.Proof };
        Fill(row, client);
        db.Accounts.Add(row);
        var secret = client.Proof is AccountProof.Secret ? NewSecret(row) : "";
        var answer = await db.AnswerAsync(new CreateAccountResponse { Account = row.ToWire(1) }, cancel);
        return new CreateAccountResponse(answer) { ClientSecret = secret };
    }

    /// <inheritdoc/>
    public override async Task<ChangeAccountResponse> ChangeAccount(ChangeAccountRequest request, ServerCallContext context)
    {
        var row = await FindAsync(request.Account?.AccountId ?? "", context.CancellationToken);
        List<Refusal> refusals = [];
        refusals.RequireText(request.Reason, "reason", 400);
        if (row.Version != request.Account!.Version) refusals.Add(Refusal.Stale($"accounts/{row.Id}", request.Account.Version, row.Version));
        // What an account is stays as it is, whatever is sent.
        var kept = row.ToWire();
        Account wanted = new(request.Account) { ClientId = kept.ClientId, Kind = kept.Kind, Proof = kept.Proof };
        var client = Read(wanted, row.Id, refusals);
        if (client is not null) await names.RequireFreeAsync(row.Id, client.Name, "", refusals, context.CancellationToken);
        refusals.ThrowIfAny();
        await names.TakeAsync(row.Id, client!.Name, "", context.CancellationToken);
        Fill(row, client);
        return await db.AnswerAsync(new ChangeAccountResponse { Account = row.ToWire(row.Version + 1) }, context.CancellationToken);
    }

    /// <inheritdoc/>
    public override async Task<RotateSecretResponse> RotateSecret(RotateSecretRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var row = await FindAsync(request.AccountId, cancel);
        List<Refusal> refusals = [];
        refusals.RequireText(request.Reason, "reason", 400);
        if (row.Proof is not AccountProof.Secret) refusals.Add(Refusal.State($"accounts/{row.Id}", "ACCOUNT_HAS_NO_SECRET", "This account proves itself otherwise."));
        if (request.OverlapHours is < 0 or > OverlapHoursMax)
            refusals.Add(Refusal.Invalid("overlap_hours", "OVERLAP_OUT_OF_RANGE", $"overlap_hours is 0 to {OverlapHoursMax}.").With("overlap_hours_max", OverlapHoursMax));
        refusals.ThrowIfAny();
        var until = db.Now.AddHours(request.OverlapHours);
        foreach (var old in await db.ClientSecrets.Where(s => s.AccountId == row.Id).ToListAsync(cancel))
        {
            if (old.UntilTime is { } set && set <= db.Now) db.ClientSecrets.Remove(old);
            else if (old.UntilTime is null || old.UntilTime > until) old.UntilTime = until;
        }

        var secret = NewSecret(row);
        var answer = await db.AnswerAsync(new RotateSecretResponse { Account = row.ToWire(row.Version + 1) }, cancel);
        return new RotateSecretResponse(answer) { ClientSecret = secret };
    }

    /// <inheritdoc/>
    public override async Task<DisableAccountResponse> DisableAccount(DisableAccountRequest request, ServerCallContext context)
    {
        var row = await SwitchAsync(request.AccountId, request.Reason, true, context.CancellationToken);
        var answer = await db.AnswerAsync(new DisableAccountResponse { Account = row.ToWire(row.Version + 1) }, context.CancellationToken);
        ended.End(SubjectOf(row));
        return answer;
    }

    /// <inheritdoc/>
    public override async Task<EnableAccountResponse> EnableAccount(EnableAccountRequest request, ServerCallContext context)
    {
        var row = await SwitchAsync(request.AccountId, request.Reason, false, context.CancellationToken);
        var answer = await db.AnswerAsync(new EnableAccountResponse { Account = row.ToWire(row.Version + 1) }, context.CancellationToken);
        ended.Resume(SubjectOf(row));
        return answer;
    }

    /// <inheritdoc/>
    public override async Task<GetAccountResponse> GetAccount(GetAccountRequest request, ServerCallContext context) =>
        new() { Account = (await FindAsync(request.AccountId, context.CancellationToken)).ToWire() };

    /// <inheritdoc/>
    public override async Task<ListAccountsResponse> ListAccounts(ListAccountsRequest request, ServerCallContext context)
    {
        var query = db.List<AccountRow>().By(nameof(AccountRow.ClientId));
        if (KindOf(request.Kind) is { } kind) query.Is(nameof(AccountRow.Kind), kind);
        var (rows, next) = await pages.ReadAsync(request, query, context.CancellationToken);
        return new ListAccountsResponse { Accounts = { rows.Select(a => a.ToWire()) }, NextPageToken = next };
    }

    /// <inheritdoc/>
    public override async Task<RotateTokenKeyResponse> RotateTokenKey(RotateTokenKeyRequest request, ServerCallContext context)
    {
        List<Refusal> refusals = [];
        refusals.RequireText(request.Reason, "reason", 400);
        refusals.ThrowIfAny();
        await keys.RotateAsync(request.AtOnce, context.CancellationToken);
        var newest = (await keys.HistoryAsync(context.CancellationToken))[^1];
        return await db.AnswerAsync(new RotateTokenKeyResponse { KeyId = newest.Kid }, context.CancellationToken);
    }

    async Task<AccountRow> SwitchAsync(string accountId, string reason, bool disabled, CancellationToken cancel)
    {
        var row = await FindAsync(accountId, cancel);
        List<Refusal> refusals = [];
        refusals.RequireText(reason, "reason", 400);
        if (!disabled && row.Kind is AccountKind.Service)
            refusals.Add(Refusal.Denied($"accounts/{row.Id}", "SERVICE_FROM_DEPLOYMENT", "Accounts of services come from the deployment, not from anybody who is signed in."));
        if (row.Disabled == disabled) refusals.Add(Refusal.State($"accounts/{row.Id}", disabled ? "ACCOUNT_DISABLED" : "ACCOUNT_ENABLED", disabled ? "This account is off." : "This account is on."));
        refusals.ThrowIfAny();
        row.Disabled = disabled;
        return row;
    }

    async Task<AccountRow> FindAsync(string accountId, CancellationToken cancel) => await db.Accounts.FirstOrDefaultAsync(a => a.Id == accountId, cancel)
        ?? throw new RefusedException(Refusal.Missing($"accounts/{accountId}", "ACCOUNT_UNKNOWN", $"There is no account {accountId}.").With("account_id", accountId));

    string NewSecret(AccountRow row)
    {
        var secret = Entropy.Token();
        db.ClientSecrets.Add(new ClientSecretRow { Hash = Hashes.Of(secret), AccountId = row.Id });
        row.SecretTime = db.Now;
        return secret;
    }

    static string SubjectOf(AccountRow row) => row.Kind is AccountKind.Service ? row.ClientId : row.Id;

    static Client? Read(Account? sent, string id, List<Refusal> refusals)
    {
        if (sent is null)
        {
            refusals.Add(Refusal.Invalid("account", "FIELD_REQUIRED", "account is required."));
            return null;
        }

        if (KindOf(sent.Kind) is not { } kind || ProofOf(sent.Proof) is not { } proof)
        {
            refusals.Add(Refusal.Invalid("account.kind", "FIELD_REQUIRED", "account.kind and account.proof are required."));
            return null;
        }

        Client client = new(id, sent.ClientId, sent.Name, kind, proof, sent.JwksJson, [.. sent.Scopes], [.. sent.RedirectUris], [.. sent.PostLogoutRedirectUris]);
        return ClientRules.Check(client, KeysOf(sent.JwksJson)).OrAdd(refusals);
    }

    internal static List<(string, bool)>? KeysOf(string json)
    {
        try
        {
            return JsonNode.Parse(json is "" ? "{}" : json)?["keys"] is JsonArray keys ? [.. keys.OfType<JsonObject>().Select(k => ((string?)k["kty"] ?? "", k.ContainsKey("d") || k.ContainsKey("k")))] : null;
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    static void Fill(AccountRow row, Client client)
    {
        (row.Name, row.Jwks, row.Scopes) = (client.Name, client.Jwks, string.Join(' ', client.Scopes));
        (row.RedirectUris, row.PostLogoutUris) = (string.Join('\n', client.RedirectUris), string.Join('\n', client.PostLogoutUris));
    }

    static AccountKind? KindOf(V1.AccountKind kind) => kind switch
    {
        V1.AccountKind.Partner => AccountKind.Partner,
        V1.AccountKind.Service => AccountKind.Service,
        V1.AccountKind.Application => AccountKind.Application,
        _ => null,
    };

    static AccountProof? ProofOf(V1.AccountProof proof) => proof switch
    {
        V1.AccountProof.Secret => AccountProof.Secret,
        V1.AccountProof.Key => AccountProof.Key,
        V1.AccountProof.None => AccountProof.None,
        _ => null,
    };
}
