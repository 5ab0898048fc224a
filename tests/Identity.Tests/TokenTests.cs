using System.Net;
using System.Text.Json;
using Doseline.Identity.Data;
using Doseline.Identity.Domain;
using Doseline.Identity.V1;
using Doseline.Local.Simulation;
using Doseline.Platform.Auth;
using Doseline.Testing;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Doseline.Identity.Tests;

/// <summary>What tokens say, what is kept of them, and what becomes of them when keys and clients change.</summary>
public sealed class TokenTests : IAsyncLifetime, IDisposable
{
    readonly LogLines lines = new();
    Front front = null!;
    SignInClient browser = null!;

    public async Task InitializeAsync()
    {
        front = await Front.OpenAsync(builder => builder.Logging.AddProvider(lines).SetMinimumLevel(LogLevel.Trace));
        browser = front.Browser();
    }

    public async Task DisposeAsync()
    {
        browser.Dispose();
        await front.DisposeAsync();
    }

    public void Dispose() => lines.Dispose();

    [Fact]
    public async Task An_access_token_says_rights_as_an_array_of_pairs_and_an_id_token_says_none()
    {
        var given = await front.AdminAsync(browser);
        using var access = JsonDocument.Parse(WebEncoders.Base64UrlDecode(given.AccessToken.Split('.')[1]));
        access.RootElement.EnumerateObject().Select(p => p.Name).ShouldBe(
            ["iss", "aud", "sub", "name", "client_id", "scope", "jti", "grant", "sid", "auth_time", "iat", "exp"], ignoreOrder: true);
        access.RootElement.GetProperty("grant").EnumerateArray().Select(v => v.GetString()).ShouldBe(["administrator@*"]);
        new JsonWebToken(given.AccessToken).Typ.ShouldBe("at+jwt");
        using var id = JsonDocument.Parse(WebEncoders.Base64UrlDecode(given.IdToken.Split('.')[1]));
        id.RootElement.EnumerateObject().Select(p => p.Name).ShouldBe(
            ["iss", "aud", "sub", "azp", "name", "preferred_username", "nonce", "at_hash", "sid", "auth_time", "iat", "exp"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_refresh_token_is_sealed_and_however_often_it_is_renewed_one_row_is_kept_of_it()
    {
        var given = await front.AdminAsync(browser);
        given.RefreshToken!.Split('.').Length.ShouldBe(5, "encrypted, and not only signed");
        for (var i = 0; i < 5; i++) given = await browser.RefreshAsync(given.RefreshToken!);
        await using var scope = front.Platform.Host.Services.CreateAsyncScope();
        var row = await scope.ServiceProvider.GetRequiredService<IdentityDb>().TokenFamilies.AsNoTracking().SingleAsync();
        row.Turn.ShouldBe(6);
    }

    [Fact]
    [Requirement("A179")]
    public async Task Keys_rotate_in_a_running_process_and_nobody_signs_in_again_for_it()
    {
        var old = await front.AdminAsync(browser);
        var accounts = new AccountsService.AccountsServiceClient(front.With(old.AccessToken));
        await accounts.RotateTokenKeyAsync(new RotateTokenKeyRequest { RequestId = TestPlatform.RequestId(), Reason = "yearly" });
        (await KeysAsync()).Count.ShouldBe(2, "published before it signs");
        await front.Platform.AdvanceAsync(TimeSpan.FromMinutes(9));
        var before = await browser.RefreshAsync(old.RefreshToken!);
        await front.Platform.AdvanceAsync(TimeSpan.FromMinutes(2));
        var after = await browser.RefreshAsync(before.RefreshToken!);
        new JsonWebToken(after.AccessToken).Kid.ShouldNotBe(new JsonWebToken(before.AccessToken).Kid);
        (await front.Service<ITokenReader>().ReadAsync(before.AccessToken)).ShouldNotBeNull();
        (await front.Service<ITokenReader>().ReadAsync(after.AccessToken)).ShouldNotBeNull();
        await front.Platform.AdvanceAsync(TimeSpan.FromMinutes(11));
        (await KeysAsync()).ShouldBe([new JsonWebToken(after.AccessToken).Kid]);
        (await browser.RefreshAsync(after.RefreshToken!)).AccessToken.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task An_old_id_token_still_signs_out_also_when_its_key_was_replaced_at_once()
    {
        var given = await front.AdminAsync(browser);
        await new AccountsService.AccountsServiceClient(front.With(given.AccessToken)).RotateTokenKeyAsync(new RotateTokenKeyRequest { RequestId = TestPlatform.RequestId(), AtOnce = true, Reason = "laptop stolen" });
        await front.Platform.AdvanceAsync(TimeSpan.FromMinutes(20));
        using var elsewhere = front.Browser();
        (await elsewhere.PostAsync("/oauth/end-session", new() { ["id_token_hint"] = given.IdToken })).Page.ShouldContain("Signed out");
        (await Should.ThrowAsync<SignInException>(() => browser.RefreshAsync(given.RefreshToken!))).Message.ShouldStartWith("invalid_grant");
    }

    [Fact]
    public async Task Who_the_bearer_is_is_told_as_long_as_the_session_lasts()
    {
        var given = await front.AdminAsync(browser);
        using var known = await WhoAsync(given.AccessToken);
        using var info = JsonDocument.Parse(await known.Content.ReadAsStringAsync());
        info.RootElement.GetProperty("preferred_username").GetString().ShouldBe("admin");
        await browser.PostAsync("/oauth/end-session", new() { ["id_token_hint"] = given.IdToken });
        using var ended = await WhoAsync(given.AccessToken);
        ended.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        ended.Headers.WwwAuthenticate.ToString().ShouldContain("invalid_token");
    }

    [Fact]
    public async Task Another_client_learns_nothing_of_a_code_and_takes_nothing_from_its_owner()
    {
        var admin = await front.AdminAsync(browser);
        using var tablet = await front.TabletAsync("openid", "api");
        var form = Exchange(await CodeAsync());
        (await Should.ThrowAsync<SignInException>(() => tablet.TokenAsync(new(form), default))).Message.ShouldStartWith("invalid_grant");
        (await Should.ThrowAsync<SignInException>(() => tablet.RefreshAsync(admin.RefreshToken!))).Message.ShouldStartWith("invalid_grant");
        (await browser.TokenAsync(form, default)).AccessToken.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task The_address_of_the_provider_is_its_own_whatever_name_a_request_gives_it()
    {
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri("/.well-known/openid-configuration", UriKind.Relative));
        request.Headers.Host = "elsewhere.example";
        using var answer = await browser.Browser.SendAsync(request);
        (await answer.Content.ReadAsStringAsync()).ShouldNotContain("elsewhere.example");
    }

    [Fact]
    public async Task Behind_a_proxy_everything_lies_under_the_address_that_people_use()
    {
        const string issuer = "https://login.example.org/rpt";
        await using var proxied = await Front.OpenAsync(builder => builder.Configuration["Identity:Issuer"] = issuer);
        using var client = proxied.Browser();
        using var discovery = JsonDocument.Parse(await client.Browser.GetStringAsync(new Uri("/.well-known/openid-configuration", UriKind.Relative)));
        discovery.RootElement.GetProperty("issuer").GetString().ShouldBe(issuer);
        discovery.RootElement.EnumerateObject().Where(p => p.Name.EndsWith("_endpoint", StringComparison.Ordinal) || p.Name is "jwks_uri").Select(p => p.Value.GetString()!)
            .ShouldAllBe(address => address.StartsWith(issuer + "/oauth/", StringComparison.Ordinal));
    }

    [Fact]
    [Requirement("A180")]
    public async Task Who_watches_for_attacks_reads_of_replays_and_refusals_and_of_no_secret()
    {
        await front.AdminAsync(browser);
        var form = Exchange(await CodeAsync());
        var given = await browser.TokenAsync(new(form), default);
        await Should.ThrowAsync<SignInException>(() => browser.TokenAsync(form, default));
        using FormUrlEncodedContent wrong = new([new("grant_type", "client_credentials"), new("client_id", "stranger"), new("client_secret", "its-secret-word")]);
        using (var refused = await browser.Browser.PostAsync(new Uri("/oauth/token", UriKind.Relative), wrong)) refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        using (await browser.Browser.GetAsync(new Uri("/oauth/authorize?client_id=stranger", UriKind.Relative))) lines.Of(SecurityEvents.RequestRefused).ShouldHaveSingleItem();
        lines.Of(SecurityEvents.Replayed).ShouldHaveSingleItem().ShouldContain("console");
        lines.Of(SecurityEvents.ClientRefused).ShouldHaveSingleItem().ShouldContain("stranger");
        foreach (var secret in new[] { form["code"], given.AccessToken, given.RefreshToken!, "its-secret-word" }) lines.All.ShouldNotContain(line => line.Text.Contains(secret, StringComparison.Ordinal));
    }

    [Fact]
    public void A_parameter_given_twice_or_longer_than_any_that_is_needed_goes_nowhere()
    {
        Client client = new("1", "console", "Console", Domain.AccountKind.Application, Domain.AccountProof.None, "", ["openid"], ["https://doseline.example/cb"], []);
        Authorize.Stranger(client, "https://doseline.example/cb", [("state", new string('s', Authorize.ParameterLengthMax))]).ShouldBeNull();
        Authorize.Stranger(client, "https://doseline.example/cb", [("state", new string('s', Authorize.ParameterLengthMax + 1))]).ShouldBe("state is given twice or is too long.");
        Authorize.Stranger(client, "https://doseline.example/cb", [("scope", null)]).ShouldBe("scope is given twice or is too long.");
        Authorize.Stranger(client with { Kind = Domain.AccountKind.Partner }, "https://doseline.example/cb", []).ShouldBe("The application is not known here.");
        Authorize.Fault(client, ["openid"], null, "2147483648")!.Value.Error.ShouldBe("invalid_request");
    }

    [Theory]
    [InlineData("state=a&state=b")]
    [InlineData("redirect_uri=https%3A%2F%2Felsewhere.example%2F")]
    public async Task A_request_with_a_parameter_given_twice_stays_on_a_page(string twice)
    {
        using var answer = await browser.Browser.GetAsync(new Uri(browser.AuthorizeUri(new string('v', 43), "n") + "&" + twice));
        (answer.StatusCode, answer.Headers.Location, answer.Content.Headers.ContentType!.MediaType).ShouldBe((HttpStatusCode.BadRequest, null, "text/html"));
    }

    async Task<HttpResponseMessage> WhoAsync(string token)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri("/oauth/userinfo", UriKind.Relative));
        request.Headers.Authorization = new("Bearer", token);
        return await browser.Browser.SendAsync(request);
    }

    async Task<List<string>> KeysAsync()
    {
        using var keys = JsonDocument.Parse(await browser.Browser.GetStringAsync(new Uri("/oauth/jwks", UriKind.Relative)));
        return [.. keys.RootElement.GetProperty("keys").EnumerateArray().Select(k => k.GetProperty("kid").GetString()!)];
    }

    Task<string> CodeAsync() => front.CodeAsync(browser);

    Dictionary<string, string> Exchange(string code) => new()
    {
        ["grant_type"] = "authorization_code", ["code"] = code, ["redirect_uri"] = front.Platform.Host.WebAddress.GetLeftPart(UriPartial.Authority) + "/session/callback", ["code_verifier"] = new string('v', 43),
    };
}
