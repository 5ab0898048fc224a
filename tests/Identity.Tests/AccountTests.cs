using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Doseline.Identity.V1;
using Doseline.Kernel.Rules;
using Doseline.Labeling.V1;
using Doseline.Orders.V1;
using Doseline.Platform.Auth;
using Doseline.Testing;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Doseline.Identity.Tests;

/// <summary>Systems prove who they are with a secret or a key, and reach no further than their scopes.</summary>
public sealed class AccountTests : IAsyncLifetime
{
    readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    Front front = null!;
    AccountsService.AccountsServiceClient accounts = null!;
    PeopleService.PeopleServiceClient people = null!;

    public async Task InitializeAsync()
    {
        front = await Front.OpenAsync(builder =>
        {
            builder.Configuration["Identity:ServiceAccounts:shipping:Jwks"] = JwksOf(key);
            builder.Configuration["Identity:ServiceAccounts:shipping:Scopes"] = "execution";
        });
        var admin = front.With((await front.AdminAsync()).AccessToken);
        (accounts, people) = (new(admin), new(admin));
    }

    public async Task DisposeAsync()
    {
        key.Dispose();
        await front.DisposeAsync();
    }

    [Fact]
    public async Task A_partner_gets_a_token_for_its_secret_and_reaches_what_its_scopes_say()
    {
        var made = await PartnerAsync("mercy-hospital", "orders.read");
        var token = await TokenAsync(("client_id", "mercy-hospital"), ("client_secret", made.ClientSecret));
        var caller = await front.Service<ITokenReader>().ReadAsync(token);
        (caller!.Subject, caller.Name, caller.Scopes!.Single()).ShouldBe((made.Account.AccountId, "mercy-hospital", "orders.read"));
        caller.Roles.ShouldBe(["partner"]);
        var orders = new OrdersService.OrdersServiceClient(front.With(token));
        (await orders.ListOrdersAsync(new ListOrdersRequest())).Orders.ShouldBeEmpty();
        (await TestPlatform.RefusalsAsync(() => orders.PlaceOrderAsync(new PlaceOrderRequest { RequestId = TestPlatform.RequestId() }).ResponseAsync)).Single().Code.ShouldBe("SCOPE_NOT_ALLOWED");
        (await TestPlatform.RefusalsAsync(() => new AuthenticityService.AuthenticityServiceClient(front.With(token)).CheckAuthenticityAsync(new CheckAuthenticityRequest()).ResponseAsync)).Single().Code.ShouldBe("SCOPE_NOT_ALLOWED");
    }

    [Fact]
    public async Task A_wrong_secret_two_proofs_at_once_and_a_scope_too_many_give_nothing()
    {
        var made = await PartnerAsync("mercy-hospital", "orders");
        (await ErrorAsync(("client_id", "mercy-hospital"), ("client_secret", "wrong"))).ShouldBe((HttpStatusCode.Unauthorized, "invalid_client"));
        (await ErrorAsync(("client_id", "nobody"), ("client_secret", made.ClientSecret))).ShouldBe((HttpStatusCode.Unauthorized, "invalid_client"));
        (await ErrorAsync(("client_id", "mercy-hospital"))).ShouldBe((HttpStatusCode.Unauthorized, "invalid_client"));
        (await ErrorAsync(("client_id", "mercy-hospital"), ("client_secret", made.ClientSecret), ("client_assertion", "x"))).ShouldBe((HttpStatusCode.Unauthorized, "invalid_client"));
        (await ErrorAsync(("client_id", "mercy-hospital"), ("client_secret", made.ClientSecret), ("scope", "quality"))).ShouldBe((HttpStatusCode.BadRequest, "invalid_scope"));
        (await ErrorAsync(("client_id", "console"))).ShouldBe((HttpStatusCode.BadRequest, "unauthorized_client"));
    }

    [Fact]
    [Requirement("A179")]
    public async Task A_secret_is_rotated_without_a_gap_and_an_account_turned_off_is_off_at_once()
    {
        var made = await PartnerAsync("mercy-hospital", "orders");
        var next = await accounts.RotateSecretAsync(new RotateSecretRequest { RequestId = TestPlatform.RequestId(), AccountId = made.Account.AccountId, OverlapHours = 2, Reason = "yearly" });
        next.ClientSecret.ShouldNotBe(made.ClientSecret);
        await TokenAsync(("client_id", "mercy-hospital"), ("client_secret", made.ClientSecret));
        var token = await TokenAsync(("client_id", "mercy-hospital"), ("client_secret", next.ClientSecret));
        await accounts.DisableAccountAsync(new DisableAccountRequest { RequestId = TestPlatform.RequestId(), AccountId = made.Account.AccountId, Reason = "contract ended" });
        (await front.Service<ITokenReader>().ReadAsync(token)).ShouldBeNull();
        (await ErrorAsync(("client_id", "mercy-hospital"), ("client_secret", next.ClientSecret))).Error.ShouldBe("invalid_client");
        await accounts.EnableAccountAsync(new EnableAccountRequest { RequestId = TestPlatform.RequestId(), AccountId = made.Account.AccountId, Reason = "signed again" });
        await front.Platform.AdvanceAsync(TimeSpan.FromHours(2));
        (await ErrorAsync(("client_id", "mercy-hospital"), ("client_secret", made.ClientSecret))).Error.ShouldBe("invalid_client");
        await TokenAsync(("client_id", "mercy-hospital"), ("client_secret", next.ClientSecret));
    }

    [Fact]
    [Requirement("A180")]
    public async Task A_service_proves_itself_by_key_and_no_statement_is_taken_twice_or_for_another()
    {
        var good = Statement(key, _ => { });
        var caller = await front.Service<ITokenReader>().ReadAsync(await TokenAsync(Assert(good)));
        (caller!.Subject, caller.Is(Roles.Service)).ShouldBe(("service:shipping", true));
        // What the deployment did not give it, its name does not give it either.
        caller.Scopes.ShouldBe(["execution"]);
        (await ErrorAsync(Assert(good))).Error.ShouldBe("invalid_client");
        (await ErrorAsync(("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"), ("client_assertion", Statement(key, _ => { })))).Error.ShouldBe("invalid_client");
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        (await ErrorAsync(Assert(Statement(other, _ => { })))).Error.ShouldBe("invalid_client");
        (await ErrorAsync(Assert(Statement(key, c => c["aud"] = "https://elsewhere.example")))).Error.ShouldBe("invalid_client");
        (await ErrorAsync(Assert(Statement(key, c => c["sub"] = "service:quality")))).Error.ShouldBe("invalid_client");
        (await ErrorAsync(Assert(Statement(key, c => c.Remove("jti"))))).Error.ShouldBe("invalid_client");
        (await ErrorAsync(Assert(Statement(key, c => c["exp"] = front.Platform.Now.AddDays(1).ToUnixTimeSeconds())))).Error.ShouldBe("invalid_client");
        (await ErrorAsync(Assert(Statement(key, c => c["exp"] = front.Platform.Now.AddSeconds(-1).ToUnixTimeSeconds())))).Error.ShouldBe("invalid_client");
    }

    [Fact]
    [Requirement("A180")]
    public async Task Nobody_who_is_signed_in_makes_a_service_or_changes_one()
    {
        var forged = new Account { ClientId = "service:quality", Name = "quality", Kind = AccountKind.Service, Proof = AccountProof.Key, JwksJson = JwksOf(key), Scopes = { "api" } };
        (await TestPlatform.RefusalsAsync(() => accounts.CreateAccountAsync(new CreateAccountRequest { RequestId = TestPlatform.RequestId(), Account = forged, Reason = "cluster" }).ResponseAsync)).Single().Code.ShouldBe("SERVICE_FROM_DEPLOYMENT");
        var deployed = (await accounts.ListAccountsAsync(new ListAccountsRequest { Kind = AccountKind.Service })).Accounts.Single();
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var changed = new Account(deployed) { JwksJson = JwksOf(other) };
        (await TestPlatform.RefusalsAsync(() => accounts.ChangeAccountAsync(new ChangeAccountRequest { RequestId = TestPlatform.RequestId(), Account = changed, Reason = "new key" }).ResponseAsync)).Single().Code.ShouldBe("SERVICE_FROM_DEPLOYMENT");
        await accounts.DisableAccountAsync(new DisableAccountRequest { RequestId = TestPlatform.RequestId(), AccountId = deployed.AccountId, Reason = "taken over" });
        (await TestPlatform.RefusalsAsync(() => accounts.EnableAccountAsync(new EnableAccountRequest { RequestId = TestPlatform.RequestId(), AccountId = deployed.AccountId, Reason = "mine" }).ResponseAsync)).Single().Code.ShouldBe("SERVICE_FROM_DEPLOYMENT");
    }

    [Fact]
    public async Task An_account_that_is_not_sound_is_refused_for_every_fault_at_once()
    {
        var refusals = await TestPlatform.RefusalsAsync(() => accounts.CreateAccountAsync(new CreateAccountRequest
        {
            RequestId = TestPlatform.RequestId(),
            Account = new Account
            {
                ClientId = "service:Mercy Hospital", Name = "", Kind = AccountKind.Partner, Proof = AccountProof.Key, Scopes = { "api", "everything!" }, RedirectUris = { "http://mercy.example/cb" },
                JwksJson = """{"keys":[{"kty":"EC","crv":"P-256","x":"AA","y":"AA","d":"AA"},{"kty":"oct","k":"AA"}]}""",
            },
        }).ResponseAsync);
        refusals.Select(r => r.Code).ShouldBe(
            ["FIELD_REQUIRED", "FIELD_REQUIRED", "CLIENT_ID_INVALID", "KEY_PRIVATE", "KEY_NOT_PUBLIC", "KEY_PRIVATE", "SCOPE_UNKNOWN", "SCOPE_TOO_WIDE", "REDIRECT_NOT_USED", "REDIRECT_INVALID"]);
    }

    [Fact]
    public async Task A_key_that_became_known_is_replaced_at_once_and_what_it_signed_is_nobodys()
    {
        var old = await front.AdminAsync();
        using var browser = front.Browser();
        await accounts.RotateTokenKeyAsync(new RotateTokenKeyRequest { RequestId = TestPlatform.RequestId(), AtOnce = true, Reason = "laptop stolen" });
        (await front.Service<ITokenReader>().ReadAsync(old.AccessToken + " ")).ShouldBeNull();
        var token = await browser.SignInAsync("admin", Front.AdminPassword);
        new JsonWebToken(token.AccessToken).Kid.ShouldNotBe(new JsonWebToken(old.AccessToken).Kid);
        (await front.Service<ITokenReader>().ReadAsync(token.AccessToken)).ShouldNotBeNull();
    }

    async Task<CreateAccountResponse> PartnerAsync(string clientId, params string[] scopes)
    {
        var made = await accounts.CreateAccountAsync(new CreateAccountRequest
        {
            RequestId = TestPlatform.RequestId(), Reason = "contract 12", Account = new Account { ClientId = clientId, Name = clientId, Kind = AccountKind.Partner, Proof = AccountProof.Secret, Scopes = { scopes } },
        });
        await people.ProposeRoleAsync(new ProposeRoleRequest { RequestId = TestPlatform.RequestId(), HolderId = made.Account.AccountId, Role = "partner", SiteId = "*", Reason = "contract 12" });
        return made;
    }

    static string JwksOf(ECDsa key)
    {
        var point = key.ExportParameters(false).Q;
        return $$"""{"keys":[{"kty":"EC","crv":"P-256","x":"{{Base64UrlEncoder.Encode(point.X)}}","y":"{{Base64UrlEncoder.Encode(point.Y)}}","kid":"k1"}]}""";
    }

    static (string, string)[] Assert(string statement) => [("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"), ("client_assertion", statement)];

    string Statement(ECDsa key, Action<Dictionary<string, object>> change)
    {
        Dictionary<string, object> claims = new()
        {
            ["iss"] = "service:shipping", ["sub"] = "service:shipping", ["aud"] = front.Platform.Host.WebAddress.GetLeftPart(UriPartial.Authority) + "/oauth/token", ["jti"] = TestPlatform.RequestId(),
            ["exp"] = front.Platform.Now.AddMinutes(1).ToUnixTimeSeconds(),
        };
        change(claims);
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Claims = claims, SigningCredentials = new(new ECDsaSecurityKey(key) { KeyId = "k1" }, SecurityAlgorithms.EcdsaSha256),
        });
    }

    async Task<string> TokenAsync(params (string Name, string Value)[] form)
    {
        var (status, json) = await PostAsync(form);
        status.ShouldBe(HttpStatusCode.OK, json.ToString());
        return json.GetProperty("access_token").GetString()!;
    }

    async Task<(HttpStatusCode Status, string? Error)> ErrorAsync(params (string Name, string Value)[] form)
    {
        var (status, json) = await PostAsync(form);
        return (status, json.GetProperty("error").GetString());
    }

    async Task<(HttpStatusCode, JsonElement)> PostAsync((string Name, string Value)[] form)
    {
        using HttpClient http = new() { BaseAddress = front.Platform.Host.WebAddress };
        using FormUrlEncodedContent content = new([new("grant_type", "client_credentials"), .. form.Select(f => new KeyValuePair<string, string>(f.Name, f.Value))]);
        using var answer = await http.PostAsync(new Uri("/oauth/token", UriKind.Relative), content);
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return (answer.StatusCode, json.RootElement.Clone());
    }
}
