using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Doseline.Gateway.Sessions;
using Doseline.Gateway.Tests.Support;
using Doseline.Identity.Passwords;
using Doseline.Identity.V1;
using Doseline.Local.Simulation;
using Doseline.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Doseline.Gateway.Tests.Sessions;

/// <summary>A person's browser signs in to the console by the real identity service; what it gets is a cookie and nothing else.</summary>
public sealed partial class SessionTests : IAsyncLifetime, IDisposable
{
    const string ListSites = "/doseline.inventory.v1.SitesService/ListSites";
    const string Password = "river stone 4 lantern";

    FrontDoor door = null!;
    Browser browser = null!;

    public async Task InitializeAsync()
    {
        door = await FrontDoor.OpenAsync();
        var first = ((OneTimeMemory)door.Platform.Host.Services.GetRequiredService<IOneTimeDisplay>()).Shown!;
        using SignInClient client = new(door.Platform.Host.WebAddress, "console", null);
        await client.SignInAsync("admin", first.Password, Password);
        browser = new Browser(door.Platform.Host.WebAddress);
    }

    public async Task DisposeAsync() => await door.DisposeAsync();

    public void Dispose() => browser.Dispose();

    [Fact]
    public async Task Who_signs_in_gets_a_cookie_no_script_can_read_and_calls_with_it()
    {
        ((bool?)(await browser.WhoAsync())["signedIn"]).ShouldBe(false);
        var last = await browser.SignInAsync("/orders?site=nj1");
        last.Headers.Location!.OriginalString.ShouldBe("/orders?site=nj1");
        var cookie = last.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith("doseline=", StringComparison.Ordinal));
        cookie.ShouldContain("httponly");
        cookie.ShouldContain("samesite=strict");
        cookie.ShouldNotContain("eyJ", Case.Sensitive, "a token is not the browser's to keep");

        var who = await browser.WhoAsync();
        ((bool?)who["signedIn"]).ShouldBe(true);
        ((string?)who["name"]).ShouldBe("First administrator");
        who["roles"]!.AsArray().Select(r => (string?)r).ShouldBe(["administrator"]);
        who.ToJsonString().ShouldNotContain("eyJ");
        (await browser.CallAsync(ListSites)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_cookie_alone_does_not_call()
    {
        await browser.SignInAsync();
        (await browser.CallAsync(ListSites, proof: null)).ShouldSatisfyAllConditions(r => r.Status.ShouldBe(403), r => r.Reasons[0].Code.ShouldBe("REQUEST_NOT_OF_THE_CONSOLE"));
        (await browser.CallAsync(ListSites, origin: "https://elsewhere.example")).Status.ShouldBe(403);
        (await browser.CallAsync(ListSites, origin: door.Platform.Host.WebAddress.GetLeftPart(UriPartial.Authority))).Status.ShouldBe(200);
        (await browser.PostAsync("/session/logout", proof: null)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await browser.CallAsync(ListSites)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_session_id_that_was_planted_is_never_taken_over()
    {
        browser.Cookies.Add(door.Platform.Host.WebAddress, new Cookie("doseline", "planted"));
        (await browser.CallAsync(ListSites)).Reasons[0].Code.ShouldBe("SESSION_ENDED");
        await browser.SignInAsync();
        var first = browser.SessionId;
        first.ShouldNotBe("planted");
        await browser.SignInAsync();
        browser.SessionId.ShouldNotBe(first);
        using Browser thief = new(door.Platform.Host.WebAddress);
        thief.Cookies.Add(door.Platform.Host.WebAddress, new Cookie("doseline", first));
        (await thief.CallAsync(ListSites)).Reasons[0].Code.ShouldBe("SESSION_ENDED");
    }

    [Fact]
    public async Task Tokens_are_renewed_once_for_many_calls_at_a_time()
    {
        await browser.SignInAsync();
        // Longer than an access token lives.
        for (var i = 0; i < 3; i++)
        {
            await door.Platform.AdvanceAsync(TimeSpan.FromMinutes(6));
            var replies = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => browser.CallAsync(ListSites)));
            // A refresh token used twice would be taken for stolen, and end the session.
            replies.Select(r => r.Status).ShouldAllBe(status => status == 200);
        }
    }

    [Fact]
    public async Task A_session_left_alone_is_locked_and_asks_for_the_password_again()
    {
        await browser.SignInAsync();
        await door.Platform.AdvanceAsync(TimeSpan.FromMinutes(10));
        // What the page does by itself keeps nothing open.
        (await browser.CallAsync(ListSites, proof: SessionCookies.Background)).Status.ShouldBe(200);
        await browser.WhoAsync();
        await door.Platform.AdvanceAsync(TimeSpan.FromMinutes(6));
        (await browser.CallAsync(ListSites)).ShouldSatisfyAllConditions(r => r.Status.ShouldBe(401), r => r.Reasons[0].Code.ShouldBe("SESSION_LOCKED"));
        var who = await browser.WhoAsync();
        ((bool?)who["signedIn"]).ShouldBe(false);
        ((bool?)who["locked"]).ShouldBe(true);
        using var begun = await browser.GetAsync("/session/login");
        QueryHelpers.ParseQuery(begun.Headers.Location!.Query)["prompt"].ToString().ShouldBe("login");
        await browser.SignInAsync();
        (await browser.CallAsync(ListSites)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Deleting_a_cookie_and_changing_the_address_opens_no_screen_that_was_left_alone()
    {
        await browser.SignInAsync();
        await door.Platform.AdvanceAsync(TimeSpan.FromMinutes(16));
        foreach (var cookie in browser.Cookies.GetCookies(door.Platform.Host.WebAddress).Where(c => c.Name is "doseline")) cookie.Expired = true;
        using var page = await browser.GetAsync(Unasked(await BegunAsync()));
        (page.StatusCode, page.Headers.Location).ShouldBe((HttpStatusCode.OK, null));
        (await page.Content.ReadAsStringAsync()).ShouldContain("name=\"password\"");
    }

    [Fact]
    public async Task An_answer_of_a_provider_that_asked_for_no_password_opens_nothing()
    {
        // Another application's sign-in, which the provider remembers; with it the console would be one of many.
        await new AccountsService.AccountsServiceClient(door.Platform.As("administrator")).CreateAccountAsync(new CreateAccountRequest
        {
            RequestId = TestPlatform.RequestId(), Reason = "another console", Account = new Account { ClientId = "tablet", Name = "Tablet", Kind = AccountKind.Application, Proof = AccountProof.None, Scopes = { "openid", "profile", "offline_access", "api" }, RedirectUris = { SessionEndpoints.Callback } },
        });
        door.Platform.Host.Services.GetRequiredService<IOptions<SignInOptions>>().Value.ClientId = "tablet";
        await browser.SignInAsync();
        await door.Platform.AdvanceAsync(TimeSpan.FromMinutes(5));
        using var silent = await browser.GetAsync(Unasked(await BegunAsync()));
        silent.Headers.Location!.Query.ShouldContain("code=");
        using var answer = await browser.GetAsync(silent.Headers.Location.ToString());
        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("auth_time");
    }

    async Task<string> BegunAsync()
    {
        using var begun = await browser.GetAsync("/session/login");
        return begun.Headers.Location!.ToString();
    }

    // The address of a sign-in without what asks for the password.
    static string Unasked(string address)
    {
        var query = QueryHelpers.ParseQuery(new Uri(address).Query).Where(p => p.Key is not ("prompt" or "max_age"));
        return QueryHelpers.AddQueryString(new Uri(address).GetLeftPart(UriPartial.Path), query);
    }

    [Fact]
    public async Task A_session_ends_after_a_long_shift_whatever_the_person_does()
    {
        await browser.SignInAsync();
        for (var i = 0; i < 60; i++)
        {
            await door.Platform.AdvanceAsync(TimeSpan.FromMinutes(12));
            await browser.CallAsync(ListSites);
        }

        (await browser.CallAsync(ListSites)).Reasons[0].Code.ShouldBe("SESSION_ENDED");
    }

    [Fact]
    public async Task Who_signs_out_is_signed_out_here_and_at_the_provider()
    {
        await browser.SignInAsync();
        var id = browser.SessionId;
        (await browser.PostAsync("/session/logout", "1")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        browser.Cookies.Add(door.Platform.Host.WebAddress, new Cookie("doseline", id));
        (await browser.CallAsync(ListSites)).Reasons[0].Code.ShouldBe("SESSION_ENDED");
        // The provider would otherwise let the next person at the screen in without a word.
        using var begun = await browser.GetAsync("/session/login");
        using var page = await browser.GetAsync(begun.Headers.Location!.ToString());
        page.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await page.Content.ReadAsStringAsync()).ShouldContain("name=\"password\"");
    }

    [Fact]
    public async Task An_answer_is_taken_once_in_the_browser_that_asked_with_the_state_it_was_given()
    {
        var callback = await browser.AuthorizeAsync();
        using Browser another = new(door.Platform.Host.WebAddress);
        (await another.GetAsync(callback)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        using (var forged = await browser.GetAsync(QueryHelpers.AddQueryString("/session/callback", new Dictionary<string, string?> { ["code"] = "x", ["state"] = "guessed" })))
            forged.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        // A wrong answer used up the sign-in.
        (await browser.GetAsync(callback)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var good = await browser.AuthorizeAsync();
        using (var taken = await browser.GetAsync(good)) taken.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await browser.GetAsync(good)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        ((bool?)(await browser.WhoAsync())["signedIn"]).ShouldBe(true);
    }

    [Fact]
    public async Task An_answer_that_names_another_provider_opens_nothing()
    {
        var callback = new UriBuilder(await browser.AuthorizeAsync());
        var query = QueryHelpers.ParseQuery(callback.Query);
        query["iss"].ToString().ShouldBe(door.Platform.Host.WebAddress.GetLeftPart(UriPartial.Authority));
        query["iss"] = "https://elsewhere.example";
        (await browser.GetAsync(QueryHelpers.AddQueryString("/session/callback", query))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        ((bool?)(await browser.WhoAsync())["signedIn"]).ShouldBe(false);
    }

    [Fact]
    public async Task What_a_browser_keeps_of_a_sign_in_is_read_by_no_script_and_goes_to_one_path()
    {
        using var begun = await browser.GetAsync("/session/login");
        var cookies = begun.Headers.GetValues("Set-Cookie").ToList();
        cookies.ShouldAllBe(c => c.Contains("httponly", StringComparison.OrdinalIgnoreCase) && c.Contains("samesite=lax", StringComparison.OrdinalIgnoreCase) && c.Contains("path=/session/callback"));
        cookies.Count.ShouldBe(2);
    }

    [Fact]
    public async Task The_longest_path_to_go_back_to_passes_the_provider_and_comes_back()
    {
        var longest = "/orders?q=" + new string('x', 490);
        (await browser.SignInAsync(longest)).Headers.Location!.OriginalString.ShouldBe(longest);
    }

    [Fact]
    public async Task A_provider_that_lives_under_a_path_is_found_there()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var provider = builder.Build();
        const string realm = "/realms/rpt";
        provider.MapGet(realm + "/.well-known/openid-configuration", () => Results.Json(new JsonObject { ["issuer"] = provider.Urls.Single() + realm, ["authorization_endpoint"] = provider.Urls.Single() + realm + "/auth" }));
        await provider.StartAsync();
        var settings = door.Platform.Host.Services.GetRequiredService<IOptions<SignInOptions>>().Value;
        (settings.PublicUrl, settings.Authority) = (door.Platform.Host.WebAddress, new Uri(provider.Urls.Single() + realm));
        using var begun = await browser.GetAsync("/session/login");
        begun.Headers.Location!.GetLeftPart(UriPartial.Path).ShouldBe(provider.Urls.Single() + realm + "/auth");
    }

    [Fact]
    public async Task A_provider_that_does_not_answer_is_said_to_be_away()
    {
        var settings = door.Platform.Host.Services.GetRequiredService<IOptions<SignInOptions>>().Value;
        (settings.PublicUrl, settings.Authority) = (door.Platform.Host.WebAddress, new Uri("http://127.0.0.1:1"));
        using var begun = await browser.GetAsync("/session/login");
        begun.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
    }

    [Fact]
    public async Task No_scheme_stands_before_what_is_not_its_own_page()
    {
        (await browser.PostAsync("/session/callback", "1")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        door.Platform.Host.Services.GetServices<IHostedService>().Select(s => s.GetType().Name).ShouldNotContain("DataProtectionHostedService");
    }

    [Fact]
    public async Task A_sign_in_begun_under_another_name_of_the_host_goes_on_under_the_public_one()
    {
        using HttpRequestMessage request = new(HttpMethod.Get, "/session/login?return=/orders");
        request.Headers.Host = "localhost:1";
        using var response = await browser.SendAsync(request);
        response.Headers.Location!.ToString().ShouldBe(new Uri(door.Platform.Host.WebAddress, "/session/login?return=/orders").ToString());
    }

    sealed partial class Browser : IDisposable
    {
        readonly HttpClient http;
        readonly Uri home;

        public Browser(Uri home)
        {
            this.home = home;
            http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = Cookies }) { BaseAddress = home };
        }

        public CookieContainer Cookies { get; } = new();

        public string SessionId => Cookies.GetCookies(home)["doseline"]!.Value;

        public Task<HttpResponseMessage> GetAsync(string address) => http.GetAsync(new Uri(home, address));

        public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request) => http.SendAsync(request);

        public async Task<JsonNode> WhoAsync() => JsonNode.Parse(await http.GetStringAsync(new Uri("/session", UriKind.Relative)))!;

        public async Task<HttpResponseMessage> PostAsync(string path, string? proof)
        {
            using HttpRequestMessage request = new(HttpMethod.Post, path);
            if (proof is not null) request.Headers.Add(SessionCookies.ProofHeader, proof);
            return await http.SendAsync(request);
        }

        public async Task<Reply> CallAsync(string path, string? proof = "person", string? origin = null)
        {
            using HttpRequestMessage request = new(HttpMethod.Post, path) { Content = new StringContent("{}", Encoding.UTF8, "application/json") };
            if (proof is not null) request.Headers.Add(SessionCookies.ProofHeader, proof);
            if (origin is not null) request.Headers.Add("Origin", origin);
            return await Reply.ReadAsync(await http.SendAsync(request));
        }

        /// <summary>Signs in as the administrator as far as the provider's answer, and gives its address.</summary>
        public async Task<string> AuthorizeAsync(string back = "/")
        {
            using var begun = await GetAsync("/session/login?return=" + Uri.EscapeDataString(back));
            using var page = await GetAsync(begun.Headers.Location!.ToString());
            // The provider may still know the person.
            if (page.Headers.Location is { } known) return known.ToString();
            var signIn = Hidden().Match(await page.Content.ReadAsStringAsync()).Groups[1].Value;
            using FormUrlEncodedContent form = new(new Dictionary<string, string> { ["sign_in"] = signIn, ["login"] = "admin", ["password"] = Password });
            using var entered = await http.PostAsync(new Uri("/oauth/sign-in", UriKind.Relative), form);
            return (entered.Headers.Location ?? throw new InvalidOperationException(await entered.Content.ReadAsStringAsync())).ToString();
        }

        public async Task<HttpResponseMessage> SignInAsync(string back = "/")
        {
            var response = await GetAsync(await AuthorizeAsync(back));
            response.StatusCode.ShouldBe(HttpStatusCode.Redirect, await response.Content.ReadAsStringAsync());
            return response;
        }

        public void Dispose() => http.Dispose();

        [GeneratedRegex("name=\"sign_in\" value=\"([^\"]+)\"")]
        private static partial Regex Hidden();
    }
}
