using Doseline.Local.Simulation;
using Doseline.Orders.V1;
using Doseline.Platform.Rpc;
using Grpc.Core;

namespace Doseline.Identity.Tests;

/// <summary>A watch ends with the session it was opened in, and a session with the password.</summary>
public sealed class WatchTests : IAsyncLifetime
{
    Front front = null!;
    SignInClient browser = null!;

    public async Task InitializeAsync()
    {
        front = await Front.OpenAsync(builder => builder.Configuration["Rpc:LookEvery"] = "00:00:00.1");
        browser = front.Browser();
    }

    public async Task DisposeAsync()
    {
        browser.Dispose();
        await front.DisposeAsync();
    }

    [Theory]
    [InlineData("signed out")]
    [InlineData("revoked")]
    [InlineData("password changed elsewhere")]
    public async Task A_watch_ends_within_seconds_of_its_session(string how)
    {
        var given = await front.AdminAsync(browser);
        using var watch = new OrdersService.OrdersServiceClient(front.With(given.AccessToken)).WatchOrders(new WatchOrdersRequest(), deadline: DateTime.UtcNow.AddSeconds(30));
        await watch.ResponseHeadersAsync;
        var end = Should.ThrowAsync<RpcException>(async () =>
        {
            while (await watch.ResponseStream.MoveNext(default))
            {
            }
        });
        switch (how)
        {
            case "signed out": await browser.PostAsync("/oauth/end-session", new() { ["id_token_hint"] = given.IdToken }); break;
            case "revoked": await browser.PostAsync("/oauth/revoke", new() { ["token"] = given.RefreshToken!, ["client_id"] = "console" }); break;
            default: await ChangeAsync(); break;
        }

        RpcErrors.Read(await end).ShouldHaveSingleItem((await end).ToString()).Code.ShouldBe("SESSION_ENDED");
        (await Should.ThrowAsync<SignInException>(() => browser.RefreshAsync(given.RefreshToken!))).Message.ShouldStartWith("invalid_grant");
    }

    async Task ChangeAsync()
    {
        using var elsewhere = front.Browser();
        var page = await elsewhere.Browser.GetStringAsync(elsewhere.AuthorizeUri(new string('v', 43), "n"));
        var (location, said) = await elsewhere.PostAsync("/oauth/password", new()
        {
            ["sign_in"] = SignInClient.SignInOf(page), ["login"] = "admin", ["current_password"] = Front.AdminPassword, ["new_password"] = "seven paper boats 9", ["new_password_again"] = "seven paper boats 9",
        });
        location.ShouldNotBeNull(said);
    }
}
