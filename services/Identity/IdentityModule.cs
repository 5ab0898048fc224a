using Doseline.Identity.Api;
using Doseline.Identity.Data;
using Doseline.Identity.Keys;
using Doseline.Identity.Oidc;
using Doseline.Identity.Passwords;
using Doseline.Identity.Signing;
using Doseline.Inventory.V1;
using Doseline.Platform.Hosting;
using Doseline.Platform.Signing;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Doseline.Identity;

/// <summary>The identity service: people, roles, training, tokens.</summary>
public sealed class IdentityModule : ServiceModule
{
    /// <inheritdoc/>
    public override string Name => "identity";

    /// <inheritdoc/>
    public override void Compose(ModuleBuilder module)
    {
        module.Database<IdentityDb>().Api<PeopleApi>().Api<AccountsApi>().Api<TrainingApi>().Api<SigningApi>().Calls<SitesService.SitesServiceClient>().Web(OidcEndpoints.Map);
        OidcEndpoints.Register(module.Services);
        module.Services.AddScoped<SigningWindows>().AddScoped<Names>().AddScoped<KnownSites>();
        module.Services.Replace(ServiceDescriptor.Singleton<ISignatureKeys, OwnSignatureKeys>());
        module.Services.AddSingleton<IdentityOptions>().AddSingleton<PasswordHashes>().AddSingleton<Credentials>().AddSingleton<SigningKeys>();
        module.Services.TryAddSingleton<IOneTimeDisplay, ConsoleDisplay>();
        module.Services.AddHostedService<FirstAdministrator>().AddHostedService<DeployedAccounts>().AddHostedService<BreakGlass>();
    }
}
