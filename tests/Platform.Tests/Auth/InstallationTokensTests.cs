using System.Security.Claims;
using Doseline.Kernel.Rules;
using Doseline.Local.Simulation;
using Doseline.Platform.Auth;
using Doseline.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Doseline.Platform.Tests.Auth;

/// <summary>The key of the installation speaks for services, and for nobody else.</summary>
public sealed class InstallationTokensTests
{
    readonly SimulatedClock clock = new(TestPlatform.Start);
    readonly KeyStore keys = TestKeys.Store("tokens");

    [Fact]
    public async Task A_service_keeps_its_token_for_half_its_life()
    {
        InstallationTokens tokens = new(keys, clock, Config());
        var first = await tokens.ForAsync("orders");
        clock.MoveTo(TestPlatform.Start + TimeSpan.FromMinutes(29));
        (await tokens.ForAsync("orders")).ShouldBe(first);
        clock.MoveTo(TestPlatform.Start + TimeSpan.FromMinutes(31));
        var second = await tokens.ForAsync("orders");
        (second == first).ShouldBeFalse();
        var caller = await new BearerTokens([tokens], clock).ReadAsync(second);
        (caller!.Subject, caller.Is(Roles.Service)).ShouldBe(("service:orders", true));
    }

    [Theory]
    [InlineData("person:ann")]
    [InlineData("service:")]
    [InlineData("service")]
    public async Task It_makes_nobody_a_person(string subject)
    {
        var token = new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = "doseline-installation", Audience = "doseline", TokenType = "at+jwt", NotBefore = TestPlatform.Start.UtcDateTime, IssuedAt = TestPlatform.Start.UtcDateTime,
            Expires = TestPlatform.Start.AddHours(1).UtcDateTime, Subject = new ClaimsIdentity([new Claim("sub", subject), new Claim("role", "qa"), new Claim("site", "*")]),
            SigningCredentials = new SigningCredentials(new ECDsaSecurityKey(keys.Signing("tokens")), SecurityAlgorithms.EcdsaSha256),
        });
        (await new BearerTokens([new InstallationTokens(keys, clock, Config())], clock).ReadAsync(token)).ShouldBeNull();
    }

    [Fact]
    public async Task Where_services_have_credentials_of_their_own_it_speaks_for_nobody()
    {
        var token = await new InstallationTokens(keys, clock, Config()).ForAsync("orders");
        (await new BearerTokens([new InstallationTokens(keys, clock, Config(("Services:InstallationTokens", "false")))], clock).ReadAsync(token)).ShouldBeNull();
    }

    static IConfiguration Config(params (string Key, string Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => new KeyValuePair<string, string?>(s.Key, s.Value))).Build();
}
