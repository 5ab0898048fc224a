using Doseline.Identity.Passwords;
using Doseline.Identity.V1;
using Doseline.Local.Simulation;
using Doseline.Testing;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Identity.Tests;

/// <summary>A platform with its first administrator, and browsers to sign in with.</summary>
sealed class Front : IAsyncDisposable
{
    public const string AdminPassword = "river stone 4 lantern";

    bool chosen;

    Front(TestPlatform platform) => Platform = platform;

    public TestPlatform Platform { get; }

    public OneTimePassword First => ((OneTimeMemory)Platform.Host.Services.GetRequiredService<IOneTimeDisplay>()).Shown!;

    public static async Task<Front> OpenAsync(Action<WebApplicationBuilder>? configure = null) => new(await TestPlatform.StartAsync(configure: configure));

    public SignInClient Browser(string clientId = "console", string? redirectUri = null) => new(Platform.Host.WebAddress, clientId, redirectUri);

    /// <summary>Signs the administrator in, with a password of their own.</summary>
    public async Task<SignedIn> AdminAsync(SignInClient? browser = null)
    {
        using var own = Browser();
        var given = await (browser ?? own).SignInAsync("admin", chosen ? AdminPassword : First.Password, AdminPassword);
        chosen = true;
        return given;
    }

    /// <summary>A code for the console: name and password are asked for whoever sat there before.</summary>
    public async Task<string> CodeAsync(SignInClient browser)
    {
        await AdminAsync();
        var page = await browser.Browser.GetStringAsync(browser.AuthorizeUri(new string('v', 43), "n"));
        var (location, _) = await browser.PostAsync("/oauth/sign-in", new() { ["sign_in"] = SignInClient.SignInOf(page), ["login"] = "admin", ["password"] = AdminPassword });
        return QueryHelpers.ParseQuery(location!.Query)["code"].ToString();
    }

    /// <summary>Another application that people sign in to.</summary>
    public async Task<SignInClient> TabletAsync(params string[] scopes)
    {
        await new AccountsService.AccountsServiceClient(With((await AdminAsync()).AccessToken)).CreateAccountAsync(new CreateAccountRequest
        {
            RequestId = TestPlatform.RequestId(), Reason = "tablet", Account = new Account { ClientId = "tablet", Name = "Tablet", Kind = AccountKind.Application, Proof = AccountProof.None, Scopes = { scopes }, RedirectUris = { "/tablet" } },
        });
        return Browser("tablet", Platform.Host.WebAddress.GetLeftPart(UriPartial.Authority) + "/tablet");
    }

    public CallInvoker With(string token) => Platform.Host.WithToken(token);

    public T Service<T>() where T : notnull => Platform.Host.Services.GetRequiredService<T>();

    public ValueTask DisposeAsync() => Platform.DisposeAsync();
}
