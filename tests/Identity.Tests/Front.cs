using Doseline.Identity.Passwords;
using Doseline.Local.Simulation;
using Doseline.Testing;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
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

    public CallInvoker With(string token) => Platform.Host.WithToken(token);

    public T Service<T>() where T : notnull => Platform.Host.Services.GetRequiredService<T>();

    public ValueTask DisposeAsync() => Platform.DisposeAsync();
}
