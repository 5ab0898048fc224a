using System.Net;
using System.Text.Json;
using Doseline.Local.Simulation;
using Doseline.Platform.Auth;
using Doseline.Testing;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Doseline.Identity.Tests;

/// <summary>Signing in with code and PKCE, and every way of getting round it.</summary>
public sealed class SignInTests : IAsyncLifetime
{
    Front front = null!;
    SignInClient browser = null!;

    public async Task InitializeAsync()
    {
        front = await Front.OpenAsync();
        browser = front.Browser();
    }

    public async Task DisposeAsync()
    {
        browser.Dispose();
        await front.DisposeAsync();
    }

    [Fact]
    public async Task The_first_administrator_chooses_a_password_and_is_signed_in()
    {
        var tokens = await front.AdminAsync(browser);
        var caller = await front.Service<ITokenReader>().ReadAsync(tokens.AccessToken);
        (caller!.Name, caller.IsDevelopment).ShouldBe(("First administrator", false));
        caller.Roles.ShouldBe(["administrator"]);
        caller.SitesByRole!["administrator"].ShouldBe(["*"]);
        caller.AuthTime.ShouldBe(front.Platform.Now);

        var id = new JsonWebToken(tokens.IdToken);
        (id.Subject, id.Alg, id.GetPayloadValue<string>("sid")).ShouldBe((caller.Subject, "ES256", caller.SessionId));
        id.Audiences.ShouldBe(["console"]);
        id.TryGetPayloadValue<string>("nonce", out var nonce).ShouldBeTrue();
        nonce.Length.ShouldBe(22);
    }

    [Fact]
    public async Task A_one_time_password_lets_nobody_in_who_does_not_choose_another() =>
        (await Should.ThrowAsync<SignInException>(() => browser.SignInAsync("admin", front.First.Password))).Message.ShouldContain("Choose a password");

    [Fact]
    public async Task A_wrong_password_and_an_unknown_name_are_answered_alike()
    {
        await front.AdminAsync();
        var wrong = await Should.ThrowAsync<SignInException>(() => browser.SignInAsync("admin", "wrong wrong wrong"));
        var unknown = await Should.ThrowAsync<SignInException>(() => browser.SignInAsync("nobody", "wrong wrong wrong"));
        wrong.Message.ShouldBe(unknown.Message);
        wrong.Message.ShouldStartWith("Name or password is wrong");
        // Nor does the tenth try tell which of them exists, though the door of the one is closed by now.
        for (var tries = 0; tries < 9; tries++)
        {
            wrong = await Should.ThrowAsync<SignInException>(() => browser.SignInAsync("admin", "wrong wrong wrong"));
            unknown = await Should.ThrowAsync<SignInException>(() => browser.SignInAsync("nobody", "wrong wrong wrong"));
            wrong.Message.ShouldBe(unknown.Message);
        }

        (await Should.ThrowAsync<SignInException>(() => browser.SignInAsync("admin", Front.AdminPassword))).Message.ShouldBe(unknown.Message);
        await front.Platform.AdvanceAsync(TimeSpan.FromMinutes(16));
        (await browser.SignInAsync("admin", Front.AdminPassword)).AccessToken.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task One_source_tries_a_number_of_passwords_and_then_has_to_wait_whatever_the_names()
    {
        await using var few = await Front.OpenAsync(builder => (builder.Configuration["Identity:SignIn:TriesAtOnce"], builder.Configuration["Identity:SignIn:TryEvery"]) = ("4", "00:10:00"));
        using var guessing = few.Browser();
        var page = SignInClient.SignInOf(await guessing.Browser.GetStringAsync(guessing.AuthorizeUri(new string('v', 43), "n")));
        List<HttpStatusCode> answers = [];
        for (var tries = 0; tries < 6; tries++)
        {
            using FormUrlEncodedContent form = new([new("sign_in", page), new("login", $"nobody-{tries}"), new("password", "wrong wrong wrong")]);
            using var answer = await guessing.Browser.PostAsync(new Uri("/oauth/sign-in", UriKind.Relative), form);
            answers.Add(answer.StatusCode);
            if (answer.StatusCode is HttpStatusCode.TooManyRequests) answer.Headers.RetryAfter.ShouldNotBeNull();
        }

        answers.ShouldBe([HttpStatusCode.BadRequest, HttpStatusCode.BadRequest, HttpStatusCode.BadRequest, HttpStatusCode.BadRequest, HttpStatusCode.TooManyRequests, HttpStatusCode.TooManyRequests]);
    }

    [Fact]
    public async Task Behind_a_proxy_that_is_known_one_source_is_whoever_sent_it()
    {
        await using var few = await Front.OpenAsync(builder =>
            (builder.Configuration["Identity:SignIn:TriesAtOnce"], builder.Configuration["Identity:SignIn:TryEvery"], builder.Configuration["Ports:Proxies:0"]) = ("1", "00:10:00", "127.0.0.0/8"));
        using var guessing = few.Browser();
        var page = SignInClient.SignInOf(await guessing.Browser.GetStringAsync(guessing.AuthorizeUri(new string('v', 43), "n")));
        List<HttpStatusCode> answers = [];
        foreach (var source in new[] { "198.51.100.1", "198.51.100.2", "198.51.100.1" })
        {
            using HttpRequestMessage request = new(HttpMethod.Post, new Uri("/oauth/sign-in", UriKind.Relative)) { Content = new FormUrlEncodedContent([new("sign_in", page), new("login", "nobody"), new("password", "wrong wrong wrong")]) };
            request.Headers.Add("X-Forwarded-For", source);
            using var answer = await guessing.Browser.SendAsync(request);
            answers.Add(answer.StatusCode);
        }

        answers.ShouldBe([HttpStatusCode.BadRequest, HttpStatusCode.BadRequest, HttpStatusCode.TooManyRequests]);
    }

    [Fact]
    public async Task Whoever_asks_for_the_page_and_goes_away_leaves_nothing_behind()
    {
        var before = await RowsAsync();
        for (var asked = 0; asked < 50; asked++)
        {
            using var stranger = front.Browser();
            var page = await stranger.Browser.GetStringAsync(stranger.AuthorizeUri(new string('v', 43), "n", ("login_hint", new string('x', 2000))));
            await stranger.PostAsync("/oauth/sign-in", new() { ["sign_in"] = SignInClient.SignInOf(page), ["login"] = "nobody", ["password"] = "wrong wrong wrong" });
        }

        (await RowsAsync()).ShouldBe(before);

        async Task<long> RowsAsync()
        {
            await using var scope = front.Platform.Host.Services.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<Data.IdentityDb>();
            return await db.UsedSignIns.LongCountAsync() + await db.Sessions.LongCountAsync() + await db.TokenFamilies.LongCountAsync() + await db.Assertions.LongCountAsync()
                + await db.People.LongCountAsync() + await db.AuditTrail.LongCountAsync();
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("AAAA")]
    public async Task A_page_that_was_not_made_here_or_was_used_begins_nothing(string forged)
    {
        await front.AdminAsync();
        var page = SignInClient.SignInOf(await browser.Browser.GetStringAsync(browser.AuthorizeUri(new string('v', 43), "n")));
        Dictionary<string, string> form = new() { ["sign_in"] = forged, ["login"] = "admin", ["password"] = Front.AdminPassword };
        (await browser.PostAsync("/oauth/sign-in", form)).Page.ShouldContain("Please begin again");
        form["sign_in"] = page[..^8] + "AAAAAAAA";
        (await browser.PostAsync("/oauth/sign-in", form)).Page.ShouldContain("Please begin again");
        form["sign_in"] = page;
        (await browser.PostAsync("/oauth/sign-in", form)).Location!.Query.ShouldContain("code=");
        (await browser.PostAsync("/oauth/sign-in", form)).Page.ShouldContain("Please begin again", Case.Sensitive, "the page was used");
        await front.Platform.AdvanceAsync(TimeSpan.FromMinutes(16));
        (await browser.PostAsync("/oauth/sign-in", form)).Page.ShouldContain("Please begin again");
    }

    [Fact]
    public async Task A_session_signs_in_to_a_second_request_without_a_password_until_it_is_idle_too_long()
    {
        using var tablet = await front.TabletAsync("openid", "profile", "api");
        tablet.Scope = "openid profile api";
        var first = await tablet.SignInAsync("admin", Front.AdminPassword);
        var again = await tablet.SignInAsync("nobody", "is not asked");
        new JsonWebToken(again.IdToken).GetPayloadValue<string>("sid").ShouldBe(new JsonWebToken(first.IdToken).GetPayloadValue<string>("sid"));
        (await AskedAsync(("prompt", "login"))).ShouldBeNull();
        (await AskedAsync(("max_age", "0"))).ShouldBeNull();
        (await AskedAsync(("prompt", "none")))!.Query.ShouldContain("code=");
        await front.Platform.AdvanceAsync(TimeSpan.FromMinutes(31));
        (await AskedAsync(("prompt", "none")))!.Query.ShouldContain("error=login_required");

        async Task<Uri?> AskedAsync(params (string, string?)[] instead)
        {
            using var answer = await tablet.Browser.GetAsync(tablet.AuthorizeUri(new string('v', 43), "n", instead));
            return answer.Headers.Location;
        }
    }

    [Fact]
    public async Task The_console_is_opened_by_a_password_alone_whatever_else_the_browser_still_holds()
    {
        await front.AdminAsync(browser);
        (await LocationAsync()).ShouldBeNull("a screen that was locked there is not opened by what the provider remembers");
        (await LocationAsync(("prompt", "none")))!.Query.ShouldContain("error=login_required");
    }

    [Fact]
    public async Task An_application_is_told_a_name_and_comes_back_later_only_where_it_asked_for_that()
    {
        using var tablet = await front.TabletAsync("openid", "profile", "offline_access", "api");
        foreach (var scope in new[] { "openid api", "openid profile api", "openid profile offline_access api" })
        {
            tablet.Scope = scope;
            var given = await tablet.SignInAsync("admin", Front.AdminPassword);
            new JsonWebToken(given.IdToken).TryGetPayloadValue<string>("name", out _).ShouldBe(scope.Contains("profile", StringComparison.Ordinal), scope);
            (given.RefreshToken is not null).ShouldBe(scope.Contains("offline_access", StringComparison.Ordinal), scope);
            using HttpRequestMessage who = new(HttpMethod.Get, new Uri("/oauth/userinfo", UriKind.Relative)) { Headers = { Authorization = new("Bearer", given.AccessToken) } };
            using var told = await tablet.Browser.SendAsync(who);
            using var info = JsonDocument.Parse(await told.Content.ReadAsStringAsync());
            info.RootElement.TryGetProperty("name", out _).ShouldBe(scope.Contains("profile", StringComparison.Ordinal), scope);
        }
    }

    [Fact]
    public async Task A_revoked_access_token_opens_nothing_any_more()
    {
        var given = await front.AdminAsync(browser);
        using FormUrlEncodedContent form = new([new("token", given.AccessToken), new("token_type_hint", "access_token"), new("client_id", "console")]);
        using var answer = await browser.Browser.PostAsync(new Uri("/oauth/revoke", UriKind.Relative), form);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        (await front.Service<ITokenReader>().ReadAsync(given.AccessToken)).ShouldBeNull();
        (await Should.ThrowAsync<SignInException>(() => browser.RefreshAsync(given.RefreshToken!))).Message.ShouldStartWith("invalid_grant");
    }

    [Fact]
    public async Task A_link_with_the_id_token_signs_out_as_the_standard_has_it()
    {
        var given = await front.AdminAsync(browser);
        var own = front.Platform.Host.WebAddress.GetLeftPart(UriPartial.Authority) + "/";
        using var answer = await browser.Browser.GetAsync(new Uri(QueryHelpers.AddQueryString("/oauth/end-session", new Dictionary<string, string?>(StringComparer.Ordinal) { ["id_token_hint"] = given.IdToken, ["post_logout_redirect_uri"] = own, ["state"] = "x" }), UriKind.Relative));
        answer.Headers.Location!.ToString().ShouldBe(own + "?state=x");
        (await front.Service<ITokenReader>().ReadAsync(given.AccessToken)).ShouldBeNull();
    }

    [Theory]
    [InlineData("/.well-known/oauth-authorization-server", HttpStatusCode.OK)]
    [InlineData("/.well-known/webfinger", HttpStatusCode.NotFound)]
    [InlineData("/oauth/device", HttpStatusCode.NotFound)]
    [InlineData("/oauth/token", HttpStatusCode.MethodNotAllowed)]
    public async Task A_machine_that_asks_by_GET_gets_what_it_asks_for_or_is_told_and_never_a_page_for_people(string address, HttpStatusCode status)
    {
        using var answer = await browser.Browser.GetAsync(new Uri(address, UriKind.Relative));
        answer.StatusCode.ShouldBe(status);
        answer.Content.Headers.ContentType?.MediaType.ShouldNotBe("text/html");
        if (status is not HttpStatusCode.OK) return;
        using var metadata = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        metadata.RootElement.GetProperty("token_endpoint").GetString().ShouldEndWith("/oauth/token");
        metadata.RootElement.GetProperty("issuer").GetString().ShouldBe(front.Platform.Host.WebAddress.GetLeftPart(UriPartial.Authority));
    }

    [Theory]
    [InlineData("code_challenge_method", "plain", "invalid_request")]
    [InlineData("code_challenge_method", null, "invalid_request")]
    [InlineData("code_challenge", null, "invalid_request")]
    [InlineData("code_challenge", "short", "invalid_request")]
    [InlineData("response_type", "token", "unsupported_response_type")]
    [InlineData("response_type", "code id_token", "unsupported_response_type")]
    [InlineData("response_mode", "fragment", "invalid_request")]
    [InlineData("scope", "profile", "invalid_scope")]
    [InlineData("scope", "openid orders", "invalid_scope")]
    [InlineData("request", "e30.e30.", "request_not_supported")]
    [InlineData("request_uri", "https://elsewhere.example/r", "request_uri_not_supported")]
    [InlineData("max_age", "soon", "invalid_request")]
    public async Task An_unsound_request_goes_back_with_its_error_and_its_state(string name, string? value, string error)
    {
        var query = QueryHelpers.ParseQuery((await LocationAsync((name, value)))!.Query);
        (query["error"].ToString(), query["state"].ToString(), query["iss"].ToString()).ShouldBe((error, "s-n", front.Platform.Host.WebAddress.GetLeftPart(UriPartial.Authority)));
    }

    [Theory]
    [InlineData("redirect_uri", "https://elsewhere.example/session/callback")]
    [InlineData("redirect_uri", "{own}/session/callback/../../elsewhere")]
    [InlineData("redirect_uri", "{own}/session/callback?next=https://elsewhere.example")]
    [InlineData("redirect_uri", "{own}@elsewhere.example/session/callback")]
    [InlineData("redirect_uri", "//elsewhere.example/session/callback")]
    [InlineData("redirect_uri", null)]
    [InlineData("client_id", "stranger")]
    [InlineData("client_id", null)]
    public async Task Nobody_is_sent_to_an_address_that_is_not_the_applications_own(string name, string? value)
    {
        var uri = browser.AuthorizeUri(new string('v', 43), "n", (name, value?.Replace("{own}", front.Platform.Host.WebAddress.GetLeftPart(UriPartial.Authority), StringComparison.Ordinal)));
        using var answer = await browser.Browser.GetAsync(uri);
        (answer.StatusCode, answer.Headers.Location).ShouldBe((HttpStatusCode.BadRequest, null));
    }

    [Fact]
    [Requirement("A180")]
    public async Task A_code_is_good_once_and_its_second_use_ends_what_the_first_one_gave()
    {
        var code = await CodeAsync();
        var given = await browser.TokenAsync(Exchange(code), default);
        (await front.Service<ITokenReader>().ReadAsync(given.AccessToken)).ShouldNotBeNull();
        (await Should.ThrowAsync<SignInException>(() => browser.TokenAsync(Exchange(code), default))).Message.ShouldStartWith("invalid_grant");
        (await front.Service<ITokenReader>().ReadAsync(given.AccessToken)).ShouldBeNull();
        (await Should.ThrowAsync<SignInException>(() => browser.RefreshAsync(given.RefreshToken!))).Message.ShouldStartWith("invalid_grant");
    }

    [Theory]
    [InlineData("code_verifier", "wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww", "invalid_grant")]
    [InlineData("code_verifier", null, "invalid_request")]
    [InlineData("redirect_uri", "https://elsewhere.example/session/callback", "invalid_grant")]
    [InlineData("redirect_uri", null, "invalid_request")]
    [InlineData("code", "invented", "invalid_grant")]
    public async Task A_code_gives_nothing_without_its_verifier_and_its_address(string name, string? value, string error)
    {
        var form = Exchange(await CodeAsync());
        if (value is null) form.Remove(name);
        else form[name] = value;
        (await Should.ThrowAsync<SignInException>(() => browser.TokenAsync(form, default))).Message.ShouldStartWith(error);
    }

    [Fact]
    public async Task A_code_does_not_wait()
    {
        var form = Exchange(await CodeAsync());
        await front.Platform.AdvanceAsync(TimeSpan.FromSeconds(61));
        (await Should.ThrowAsync<SignInException>(() => browser.TokenAsync(form, default))).Message.ShouldStartWith("invalid_grant");
    }

    [Fact]
    [Requirement("A180")]
    public async Task A_refresh_token_is_good_once_and_its_second_use_ends_the_family()
    {
        var first = await front.AdminAsync(browser);
        await front.Platform.AdvanceAsync(TimeSpan.FromMinutes(6));
        (await front.Service<ITokenReader>().ReadAsync(first.AccessToken)).ShouldBeNull();
        var second = await browser.RefreshAsync(first.RefreshToken!);
        (await front.Service<ITokenReader>().ReadAsync(second.AccessToken)).ShouldNotBeNull();
        (await Should.ThrowAsync<SignInException>(() => browser.RefreshAsync(first.RefreshToken!))).Message.ShouldStartWith("invalid_grant");
        (await Should.ThrowAsync<SignInException>(() => browser.RefreshAsync(second.RefreshToken!))).Message.ShouldStartWith("invalid_grant");
        (await front.Service<ITokenReader>().ReadAsync(second.AccessToken)).ShouldBeNull();
    }

    [Fact]
    public async Task Of_two_who_use_a_refresh_token_at_once_at_most_one_gets_anything()
    {
        var first = await front.AdminAsync(browser);
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(async _ =>
        {
            try
            {
                return (await browser.RefreshAsync(first.RefreshToken!)).AccessToken;
            }
            catch (SignInException)
            {
                return null;
            }
        }));
        answers.Count(a => a is not null).ShouldBeLessThanOrEqualTo(1);
    }

    [Fact]
    public async Task A_revoked_refresh_token_and_what_came_of_it_are_dead()
    {
        var given = await front.AdminAsync(browser);
        using FormUrlEncodedContent form = new([new("token", given.RefreshToken!), new("client_id", "console")]);
        using var answer = await browser.Browser.PostAsync(new Uri("/oauth/revoke", UriKind.Relative), form);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await Should.ThrowAsync<SignInException>(() => browser.RefreshAsync(given.RefreshToken!))).Message.ShouldStartWith("invalid_grant");
        (await front.Service<ITokenReader>().ReadAsync(given.AccessToken)).ShouldBeNull();
    }

    [Fact]
    public async Task Signing_out_ends_the_session_and_its_tokens_and_sends_nobody_elsewhere()
    {
        var given = await front.AdminAsync(browser);
        var own = front.Platform.Host.WebAddress.GetLeftPart(UriPartial.Authority) + "/";
        var (elsewhere, page) = await browser.PostAsync("/oauth/end-session", new() { ["id_token_hint"] = given.IdToken, ["post_logout_redirect_uri"] = "https://elsewhere.example/" });
        (elsewhere, page.Contains("Signed out", StringComparison.Ordinal)).ShouldBe((null, true));
        (await front.Service<ITokenReader>().ReadAsync(given.AccessToken)).ShouldBeNull();
        (await LocationAsync(("prompt", "none")))!.Query.ShouldContain("error=login_required");
        var (back, _) = await browser.PostAsync("/oauth/end-session", new() { ["id_token_hint"] = given.IdToken, ["post_logout_redirect_uri"] = own, ["state"] = "x" });
        back!.ToString().ShouldBe(own + "?state=x");
    }

    [Fact]
    public async Task A_link_alone_signs_nobody_out_but_asks()
    {
        var given = await front.AdminAsync(browser);
        var page = await browser.Browser.GetStringAsync(new Uri("/oauth/end-session?client_id=console", UriKind.Relative));
        page.ShouldContain("name=\"confirmed\"");
        (await front.Service<ITokenReader>().ReadAsync(given.AccessToken)).ShouldNotBeNull();
        var (location, answer) = await browser.PostAsync("/oauth/end-session", new() { ["confirmed"] = "yes", ["client_id"] = "console", ["post_logout_redirect_uri"] = "", ["state"] = "" });
        (location, answer.Contains("Signed out", StringComparison.Ordinal)).ShouldBe((null, true));
        (await front.Service<ITokenReader>().ReadAsync(given.AccessToken)).ShouldBeNull();
    }

    [Theory]
    [InlineData("/oauth/authorize?access_token=x")]
    [InlineData("/oauth/userinfo?access_token=x")]
    [InlineData("/oauth/end-session?access_token=x")]
    public async Task A_token_in_an_address_is_refused(string address)
    {
        using var answer = await browser.Browser.GetAsync(new Uri(address, UriKind.Relative));
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_secret_in_the_address_of_the_token_endpoint_is_refused()
    {
        using FormUrlEncodedContent form = new([new("grant_type", "client_credentials")]);
        using var answer = await browser.Browser.PostAsync(new Uri("/oauth/token?client_id=console&client_secret=x", UriKind.Relative), form);
        (answer.StatusCode, await answer.Content.ReadAsStringAsync()).ShouldBe((HttpStatusCode.BadRequest, """{"error":"invalid_request","error_description":"client_secret does not belong into an address."}"""));
    }

    [Fact]
    public async Task A_sign_in_begun_in_one_browser_is_not_ended_in_another()
    {
        using var victim = front.Browser();
        var page = await browser.Browser.GetStringAsync(browser.AuthorizeUri(new string('v', 43), "n"));
        var (location, answer) = await victim.PostAsync("/oauth/sign-in", new() { ["sign_in"] = SignInClient.SignInOf(page), ["login"] = "admin", ["password"] = front.First.Password });
        (location, answer.Contains("Please begin again", StringComparison.Ordinal)).ShouldBe((null, true));
    }

    [Fact]
    public async Task The_page_cannot_be_framed_runs_no_script_and_is_kept_by_nobody()
    {
        using var answer = await browser.Browser.GetAsync(browser.AuthorizeUri(new string('v', 43), "n", ("login_hint", "\"><script>alert(1)</script>")));
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        policy.ShouldContain("default-src 'none'");
        policy.ShouldContain("frame-ancestors 'none'");
        answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
        answer.Headers.GetValues("Set-Cookie").ShouldAllBe(c => c.Contains("httponly", StringComparison.OrdinalIgnoreCase) && c.Contains("samesite=lax", StringComparison.OrdinalIgnoreCase));
        (await answer.Content.ReadAsStringAsync()).ShouldNotContain("<script");
    }

    [Fact]
    public async Task What_is_published_is_enough_to_check_a_token_and_nothing_more()
    {
        using var discovery = JsonDocument.Parse(await browser.Browser.GetStringAsync(new Uri("/.well-known/openid-configuration", UriKind.Relative)));
        discovery.RootElement.GetProperty("issuer").GetString().ShouldBe(front.Platform.Host.WebAddress.GetLeftPart(UriPartial.Authority));
        discovery.RootElement.GetProperty("code_challenge_methods_supported").EnumerateArray().Select(m => m.GetString()).ShouldBe(["S256"]);
        using var keys = JsonDocument.Parse(await browser.Browser.GetStringAsync(discovery.RootElement.GetProperty("jwks_uri").GetString()));
        var key = keys.RootElement.GetProperty("keys").EnumerateArray().Single();
        key.EnumerateObject().Select(p => p.Name).ShouldBe(["kty", "crv", "x", "y", "kid", "use", "alg"], ignoreOrder: true);
        new JsonWebToken((await front.AdminAsync()).AccessToken).Kid.ShouldBe(key.GetProperty("kid").GetString());
    }

    async Task<Uri?> LocationAsync(params (string, string?)[] instead)
    {
        using var answer = await browser.Browser.GetAsync(browser.AuthorizeUri(new string('v', 43), "n", instead));
        return answer.Headers.Location;
    }

    Task<string> CodeAsync() => front.CodeAsync(browser);

    Dictionary<string, string> Exchange(string code) => new()
    {
        ["grant_type"] = "authorization_code", ["code"] = code, ["redirect_uri"] = front.Platform.Host.WebAddress.GetLeftPart(UriPartial.Authority) + "/session/callback", ["code_verifier"] = new string('v', 43),
    };
}
