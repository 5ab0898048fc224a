using Doseline.Identity.Api;
using Doseline.Identity.Data;
using Doseline.Identity.Domain;
using Doseline.Identity.Passwords;
using Doseline.Platform.Auth;
using Doseline.Platform.Hosting;
using Doseline.Platform.Messaging;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Identity.Oidc;

/// <summary>
/// The accounts of services, as the deployment names them (<c>Identity:ServiceAccounts</c>): nobody who is signed in makes one, changes its key or turns it on. One
/// that is named no more is turned off.
/// </summary>
public sealed class DeployedAccounts(IServiceScopeFactory scopes, IdentityOptions options) : AfterStart
{
    /// <inheritdoc/>
    public override async Task StartedAsync(CancellationToken cancellationToken)
    {
        var wanted = options.ServiceAccounts;
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<IdentityDb>();
        // Most installations have none.
        if (wanted is [] && !await db.Accounts.AnyAsync(a => a.Kind == AccountKind.Service && !a.Disabled, cancellationToken)) return;
        var request = scope.ServiceProvider.GetRequiredService<RequestContext>();
        (request.Caller, request.Reason) = (Caller.Service("identity"), "deployment");
        await db.LockedAsync("deployed-accounts", async () =>
        {
            var rows = await db.Accounts.Where(a => a.Kind == AccountKind.Service).ToListAsync(cancellationToken);
            foreach (var gone in rows.Where(r => wanted.All(w => w.ClientId != r.ClientId))) gone.Disabled = true;
            foreach (var account in wanted)
            {
                if (rows.Find(r => r.ClientId == account.ClientId) is not { Proof: AccountProof.Key } row)
                    db.Accounts.Add(row = new AccountRow { Id = db.Ids.New(), ClientId = account.ClientId, Name = account.Name, Kind = AccountKind.Service, Proof = AccountProof.Key });
                var client = ClientRules.Check(account with { Id = row.Id }, AccountsApi.KeysOf(account.Jwks), deployed: true);
                if (!client.Accepted) throw new SettingException($"Identity:ServiceAccounts: {account.ClientId}: {string.Join(' ', client.Refusals.Select(r => r.Message))}");
                (row.Jwks, row.Scopes, row.Disabled) = (account.Jwks, string.Join(' ', account.Scopes), false);
            }

            await db.SaveChangesAsync(cancellationToken);
            return 0;
        }, cancellationToken);
    }
}
