using System.Security.Claims;
using Doseline.Kernel.Rules;
using Doseline.Local.Simulation;
using Doseline.Platform.Auth;
using Doseline.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Doseline.Platform.Tests.Auth;

/// <summary>The key of a service speaks for that service, and for nobody else; it is changed while everything runs.</summary>
public sealed class InstallationTokensTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("doseline-tokens-").FullName;
    readonly SimulatedClock clock = new(TestPlatform.Start);
    readonly KeyStore keys = TestKeys.Store("tokens-orders", "tokens-quality");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_service_keeps_its_token_for_half_its_life()
    {
        var tokens = Tokens(keys);
        var first = await tokens.ForAsync("orders");
        Pass(TimeSpan.FromMinutes(29));
        (await tokens.ForAsync("orders")).ShouldBe(first);
        Pass(TimeSpan.FromMinutes(2));
        var second = await tokens.ForAsync("orders");
        (second == first).ShouldBeFalse();
        var caller = await new BearerTokens([tokens], clock).ReadAsync(second);
        (caller!.Subject, caller.Is(Roles.Service)).ShouldBe(("service:orders", true));
    }

    [Theory]
    [Requirement("A179")]
    [InlineData("service:quality", "quality", true)]
    [InlineData("service:orders", "orders", false)]
    [InlineData("service:orders", "quality", false)]
    [InlineData("service:quality", "orders", false)]
    [InlineData("service:quality", null, false)]
    [InlineData("service:quality", "", false)]
    [InlineData("service:quality", "../tokens-quality", false)]
    [InlineData("service:quality", "QUALITY", false)]
    [InlineData("person:ann", "quality", false)]
    [InlineData("quality", "quality", false)]
    [InlineData("service:", "quality", false)]
    [InlineData("service:", "", false)]
    [InlineData("service:nobody", "nobody", false)]
    public async Task A_key_makes_nobody_a_person_or_another_service(string subject, string? maker, bool good)
    {
        var token = new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = "doseline-installation", Audience = "doseline", TokenType = "at+jwt", NotBefore = TestPlatform.Start.UtcDateTime, IssuedAt = TestPlatform.Start.UtcDateTime,
            Expires = TestPlatform.Start.AddHours(1).UtcDateTime, Subject = new ClaimsIdentity([new Claim("sub", subject), new Claim("role", "qa"), new Claim("site", "*")]),
            SigningCredentials = new SigningCredentials(new ECDsaSecurityKey(keys.Standing("tokens-quality")) { KeyId = maker }, SecurityAlgorithms.EcdsaSha256),
        });
        (await new BearerTokens([Tokens(keys)], clock).ReadAsync(token))?.Subject.ShouldBe(subject);
        (await new BearerTokens([Tokens(keys)], clock).ReadAsync(token) is not null).ShouldBe(good);
    }

    [Fact]
    [Requirement("A179")]
    public async Task A_key_is_changed_while_all_run_and_what_is_taken_away_is_good_for_nothing_a_second_later()
    {
        var (caller, callee) = (Tokens(Store("orders")), new BearerTokens([Tokens(Store("execution"))], clock));
        var (first, second) = (TestKeys.New(), TestKeys.New());
        Put("orders", "tokens-orders.pem", first);
        var early = await caller.ForAsync("orders");
        (await callee.ReadAsync(early)).ShouldBeNull("nothing is known of the caller here");
        Put("execution", "tokens-orders.pub", TestKeys.HalfOf(first));
        (await callee.ReadAsync(early)).ShouldNotBeNull();

        Put("execution", "tokens-orders.pub", TestKeys.HalfOf(first) + "\n" + TestKeys.HalfOf(second));
        Pass(TimeSpan.FromSeconds(1));
        (await callee.ReadAsync(early)).ShouldNotBeNull();
        Put("orders", "tokens-orders.pem", second);
        Pass(TimeSpan.FromSeconds(1));
        var late = await caller.ForAsync("orders");
        (late == early).ShouldBeFalse("it is signed with the key as it stands");
        (await caller.ForAsync("orders")).ShouldBe(late);
        foreach (var token in new[] { early, late }) (await callee.ReadAsync(token)).ShouldNotBeNull("both halves stand");

        Put("execution", "tokens-orders.pub", TestKeys.HalfOf(second));
        Pass(TimeSpan.FromSeconds(1));
        (await callee.ReadAsync(late)).ShouldNotBeNull();
        (await callee.ReadAsync(early)).ShouldBeNull("a verdict dies with its key");
        foreach (var junk in new[] { "", "junk" })
        {
            Put("execution", "tokens-orders.pub", junk);
            Pass(TimeSpan.FromSeconds(1));
            (await callee.ReadAsync(late)).ShouldBeNull();
        }
    }

    [Fact]
    public async Task Where_services_have_credentials_of_their_own_it_speaks_for_nobody()
    {
        var token = await Tokens(keys).ForAsync("orders");
        (await new BearerTokens([Tokens(keys, ("Services:InstallationTokens", "false"))], clock).ReadAsync(token)).ShouldBeNull();
    }

    InstallationTokens Tokens(KeyStore store, params (string Key, string Value)[] settings) =>
        new(store, clock, new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => new KeyValuePair<string, string?>(s.Key, s.Value))).Build());

    KeyStore Store(string host) => new(new ConfigurationBuilder().AddInMemoryCollection([new("Keys:Directory", Path.Combine(folder, host))]).Build());

    void Pass(TimeSpan span) => clock.MoveTo(clock.GetUtcNow() + span);

    void Put(string host, string file, string text)
    {
        Directory.CreateDirectory(Path.Combine(folder, host));
        File.WriteAllText(Path.Combine(folder, host, file), text);
    }
}
