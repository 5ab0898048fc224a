using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Doseline.Kernel.Rules;
using Doseline.Local.Simulation;
using Doseline.Platform.Auth;
using Doseline.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Doseline.Platform.Tests.Auth;

/// <summary>A provider elsewhere is believed in what configuration says, and in nothing else.</summary>
public sealed class TrustedIssuerTests : IAsyncLifetime
{
    readonly SimulatedClock clock = new(TestPlatform.Start), pace = new(TestPlatform.Start);
    readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    readonly List<JsonObject> published = [];
    WebApplication provider = null!;
    string address = "";
    int fetches;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder(["--urls", "http://127.0.0.1:0"]);
        builder.Logging.ClearProviders();
        provider = builder.Build();
        provider.MapGet("/.well-known/openid-configuration", () => Results.Text($$"""{"issuer":"{{address}}","jwks_uri":"{{address}}/keys"}""", "application/json"));
        provider.MapGet("/keys", () =>
        {
            Interlocked.Increment(ref fetches);
            return Results.Text(new JsonObject { ["keys"] = new JsonArray([.. published.Select(k => k.DeepClone())]) }.ToJsonString(), "application/json");
        });
        await provider.StartAsync();
        address = provider.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        published.Add(Jwk(key, "k1"));
    }

    public async Task DisposeAsync()
    {
        key.Dispose();
        await provider.DisposeAsync();
    }

    [Fact]
    public async Task Claims_are_mapped_as_configured_and_subjects_are_kept_apart()
    {
        var reader = Reader(
            ("Audience", "mes"), ("SubjectPrefix", "entra:"), ("Claims:Role", "realm_access.roles"), ("Claims:Site", "https://example.org/plants"), ("Claims:Name", "display"),
            ("Roles:rpt-releasers", "qa"), ("Roles:rpt-operators", "operator"), ("Sites:Boston", "bos"));
        string[] groups = ["rpt-releasers", "finance", "administrator"], plants = ["Boston", "Lyon"];
        var caller = await reader.ReadAsync(Token(claims =>
        {
            claims["aud"] = "mes";
            claims["display"] = "Ann Lee";
            claims["realm_access"] = new Dictionary<string, object> { ["roles"] = groups };
            claims["https://example.org/plants"] = plants;
        }));
        (caller!.Subject, caller.Name, caller.Scopes).ShouldBe(("entra:ann", "Ann Lee", null));
        caller.Roles.ShouldBe(["qa"]);
        caller.Sites.ShouldBe(["bos"]);
    }

    [Fact]
    public async Task A_role_at_one_site_opens_no_other()
    {
        string[] granted = ["qa@bos", "operator@lei", "operator@lys", "emperor@bos"];
        var caller = await Reader().ReadAsync(Token(claims => claims["grant"] = granted));
        caller!.Roles.ShouldBe(["qa", "operator"]);
        caller.Within(["qa"]).Sites.ShouldBe(["bos"]);
        caller.Within(["operator", "verifier"]).Sites.ShouldBe(["lei", "lys"]);
        caller.Within(["auditor"]).Sites.ShouldBeEmpty();
    }

    [Fact]
    public async Task Roles_and_sites_in_two_lists_are_read_where_their_product_is_what_was_given_and_nowhere_else()
    {
        string[] two = ["qa", "operator"], sites = ["bos", "lei"], pairsGiven = ["qa@bos", "operator@lei"];
        (await ReadAsync(two, "bos")).Rights.Select(r => r.ToString()).ShouldBe(["qa@bos", "operator@bos"]);
        (await ReadAsync("qa", sites)).Rights.Select(r => r.ToString()).ShouldBe(["qa@bos", "qa@lei"]);
        (await ReadAsync(two, sites)).Rights.ShouldBeEmpty();
        var pairs = await Reader().ReadAsync(Token(claims => claims["grant"] = pairsGiven));
        (pairs!.Is(Roles.Qa, "bos"), pairs.Is(Roles.Qa, "lei"), pairs.RolesAt("lei").Single()).ShouldBe((true, false, "operator"));

        async Task<Caller> ReadAsync(object roles, object at) => (await Reader().ReadAsync(Token(claims => (claims["role"], claims["site"]) = (roles, at))))!;
    }

    [Fact]
    public async Task A_foreign_provider_speaks_for_no_service_and_an_own_one_does()
    {
        (await Reader(("SubjectPrefix", "")).ReadAsync(Token(claims => claims["sub"] = "service:quality"))).ShouldBeNull();
        var own = await Reader(("Platform", "true"), ("TokenType", "JWT")).ReadAsync(Token(claims => claims["sub"] = "service:quality"));
        (own!.Subject, own.Is(Roles.Service)).ShouldBe(("service:quality", true));
        (await Reader().ReadAsync(Token(claims => claims["role"] = "service")))!.Roles.ShouldBeEmpty();
    }

    public static TheoryData<string, Action<Dictionary<string, object>>> Wrong => new()
    {
        { "issuer", claims => claims["iss"] = "https://elsewhere.example" },
        { "audience", claims => claims["aud"] = "another-system" },
        { "expired", claims => claims["exp"] = TestPlatform.Start.AddSeconds(-1).ToUnixTimeSeconds() },
        { "future", claims => claims["nbf"] = TestPlatform.Start.AddMinutes(5).ToUnixTimeSeconds() },
        { "no expiry", claims => claims.Remove("exp") },
        { "no subject", claims => claims.Remove("sub") },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task A_token_that_does_not_fit_is_nobodys(string what, Action<Dictionary<string, object>> change)
    {
        what.ShouldNotBeEmpty();
        (await Reader().ReadAsync(Token(_ => { }))).ShouldNotBeNull();
        (await Reader().ReadAsync(Token(change))).ShouldBeNull();
    }

    [Fact]
    public async Task No_signature_a_shared_secret_and_an_unknown_key_are_nobodys()
    {
        var parts = Token(_ => { }).Split('.');
        var none = Base64Url.EncodeToString("""{"alg":"none","typ":"JWT","kid":"k1"}"""u8);
        (await Reader().ReadAsync($"{none}.{parts[1]}.")).ShouldBeNull();
        // Key confusion: the public key, which everybody has, taken for a shared secret.
        var header = Base64Url.EncodeToString("""{"alg":"HS256","typ":"JWT","kid":"k1"}"""u8);
        foreach (var secret in new[] { key.ExportSubjectPublicKeyInfo(), Encoding.ASCII.GetBytes(key.ExportSubjectPublicKeyInfoPem()), Encoding.ASCII.GetBytes(published[0].ToJsonString()) })
            (await Reader().ReadAsync($"{header}.{parts[1]}.{Base64Url.EncodeToString(HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes($"{header}.{parts[1]}")))}")).ShouldBeNull();
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        (await Reader().ReadAsync(Token(_ => { }, other))).ShouldBeNull();
        (await Reader().ReadAsync(Token(_ => { }, other, "k2"))).ShouldBeNull();
    }

    [Fact]
    public async Task A_symmetric_key_that_a_provider_publishes_signs_nothing()
    {
        var secret = RandomNumberGenerator.GetBytes(32);
        published.Add(new JsonObject { ["kty"] = "oct", ["k"] = Base64Url.EncodeToString(secret), ["kid"] = "k9", ["use"] = "sig", ["alg"] = "HS256" });
        var token = new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor { Claims = Claims(), SigningCredentials = new(new SymmetricSecurityKey(secret) { KeyId = "k9" }, SecurityAlgorithms.HmacSha256) });
        (await Reader().ReadAsync(token)).ShouldBeNull();
    }

    [Fact]
    public async Task A_new_key_is_found_when_it_is_met_and_invented_ones_ask_the_provider_little()
    {
        var reader = Reader();
        (await reader.ReadAsync(Token(_ => { }))).ShouldNotBeNull();
        fetches.ShouldBe(1);
        for (var i = 0; i < 20; i++) (await reader.ReadAsync(Token(claims => claims["jti"] = i, key, $"invented-{i}"))).ShouldBeNull();
        fetches.ShouldBe(1);

        using var next = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        published.Add(Jwk(next, "k2"));
        (await reader.ReadAsync(Token(_ => { }, next, "k2"))).ShouldBeNull();
        pace.MoveTo(TestPlatform.Start.AddSeconds(5));
        (await reader.ReadAsync(Token(_ => { }, next, "k2"))).ShouldNotBeNull();
        (await reader.ReadAsync(Token(_ => { }))).ShouldNotBeNull();
        fetches.ShouldBe(2);
    }

    [Theory]
    [InlineData("Authority", "http://provider.example")]
    [InlineData("Algorithms", "HS256")]
    [InlineData("Algorithms", "none")]
    [InlineData("Roles:bosses", "emperor")]
    public void An_issuer_that_is_not_configured_soundly_prevents_the_start(string name, string value) =>
        Should.Throw<InvalidOperationException>(() => Reader((name, value)));

    [Theory]
    [InlineData("orders", "orders", true, true)]
    [InlineData("orders.read", "orders", false, true)]
    [InlineData("orders.read", "orders", true, false)]
    [InlineData("orders", "quality", false, false)]
    [InlineData("api", "quality", true, true)]
    [InlineData("openid", "orders", false, false)]
    public void A_scope_covers_a_service_or_its_reading(string scope, string service, bool mutates, bool covered) => ApiScopes.Cover([scope], service, mutates).ShouldBe(covered);

    BearerTokens Reader(params (string Name, string Value)[] settings)
    {
        Dictionary<string, string?> values = new() { ["Issuers:0:Authority"] = address };
        foreach (var (name, value) in settings) values[$"Issuers:0:{name}"] = value;
        var issuers = IssuerOptions.Read(new ConfigurationBuilder().AddInMemoryCollection(values).Build());
        return new BearerTokens(issuers.Select(i => new RemoteIssuer(i, new KeySet(i, new HttpClient(), pace, NullLogger.Instance))), clock);
    }

    Dictionary<string, object> Claims() => new()
    {
        ["iss"] = address, ["aud"] = "doseline", ["sub"] = "ann", ["exp"] = TestPlatform.Start.AddMinutes(5).ToUnixTimeSeconds(), ["iat"] = TestPlatform.Start.ToUnixTimeSeconds(),
    };

    string Token(Action<Dictionary<string, object>> change, ECDsa? signer = null, string kid = "k1")
    {
        var claims = Claims();
        change(claims);
        // By hand, so that nothing is mended on the way.
        var head = Base64Url.EncodeToString(Encoding.UTF8.GetBytes($$"""{"alg":"ES256","typ":"JWT","kid":"{{kid}}"}"""));
        var body = Base64Url.EncodeToString(System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(claims));
        return $"{head}.{body}.{Base64Url.EncodeToString((signer ?? key).SignData(Encoding.ASCII.GetBytes($"{head}.{body}"), HashAlgorithmName.SHA256))}";
    }

    static JsonObject Jwk(ECDsa key, string kid)
    {
        var point = key.ExportParameters(false).Q;
        return new JsonObject { ["kty"] = "EC", ["crv"] = "P-256", ["x"] = Base64Url.EncodeToString(point.X), ["y"] = Base64Url.EncodeToString(point.Y), ["kid"] = kid, ["use"] = "sig" };
    }
}
