using Doseline.Local.Simulation;
using Grpc.Core;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Doseline.Local.Day;

/// <summary>A person of the day: signs in once for a shift, as at a console, and comes back with refresh tokens.</summary>
/// <param name="platform">The platform.</param>
/// <param name="login">Sign-in name.</param>
/// <param name="name">Printed name.</param>
/// <param name="role">The one role this person has.</param>
/// <param name="password">The password this person chose; null for a stand-in with a development token.</param>
sealed class DayPerson(ISimulation platform, string login, string name, string role, string? password) : IDisposable
{
    // A token that is about to end is not sent any more.
    static readonly TimeSpan Margin = TimeSpan.FromSeconds(30);

    readonly SemaphoreSlim turn = new(1);
    SignInClient? browser;
    SignedIn? tokens;
    DateTimeOffset until;
    CallInvoker? calls;

    public string Login => login;
    public string Name => name;
    public string Role => role;

    /// <summary>For signing, which asks for the password again; null for a stand-in.</summary>
    public string? Password => password;

    /// <summary>Calls in the person's own session.</summary>
    public CallInvoker Calls => calls ??= password is null ? platform.As(name, [role]) : Platform.WithTokens(() => TokenAsync().GetAwaiter().GetResult());

    // Signing in needs the pages, which one process has.
    SimulatedPlatform Platform => (SimulatedPlatform)platform;

    /// <summary>The subject of the person's tokens.</summary>
    public async Task<string> IdAsync() => new JsonWebToken(await TokenAsync()).Subject;

    /// <summary>Tries to sign in.</summary>
    /// <param name="oneTime">A one-time password to exchange for the person's own; null when that was done.</param>
    /// <returns>False when the password is not accepted.</returns>
    public async Task<bool> TryAsync(string? oneTime)
    {
        try
        {
            await EnterAsync(oneTime);
            return true;
        }
        catch (SignInException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        browser?.Dispose();
        turn.Dispose();
    }

    async Task<string> TokenAsync()
    {
        await turn.WaitAsync();
        try
        {
            if (tokens is null || until <= platform.Clock.GetUtcNow()) await RenewAsync();
            return tokens!.AccessToken;
        }
        finally
        {
            turn.Release();
        }
    }

    async Task RenewAsync()
    {
        if (tokens?.RefreshToken is { } refresh)
        {
            try
            {
                Keep(await browser!.RefreshAsync(refresh));
                return;
            }
            catch (SignInException)
            {
                // The shift is over: sign in again.
            }
        }

        await EnterAsync(null);
    }

    async Task EnterAsync(string? oneTime)
    {
        browser?.Dispose();
        browser = new SignInClient(Platform.WebAddress);
        Keep(await browser.SignInAsync(login, oneTime ?? password!, oneTime is null ? null : password));
    }

    void Keep(SignedIn given)
    {
        tokens = given;
        until = new DateTimeOffset(new JsonWebToken(given.AccessToken).ValidTo, TimeSpan.Zero) - Margin;
    }
}
