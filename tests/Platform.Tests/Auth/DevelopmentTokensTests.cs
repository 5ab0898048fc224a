using System.Buffers.Text;
using System.Security.Claims;
using System.Text;
using Doseline.Local.Simulation;
using Doseline.Platform.Auth;
using Microsoft.Extensions.Configuration;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Doseline.Platform.Tests.Auth;

/// <summary>Only a token of this installation, meant for it and valid now, makes a caller.</summary>
public sealed class DevelopmentTokensTests
{
    static readonly DateTimeOffset Now = new(2026, 11, 23, 6, 0, 0, TimeSpan.Zero);
    static readonly Caller Ann = new() { Subject = "person:ann", Name = "Ann Ø", Roles = ["qa", "planner"], Sites = ["PHX", "MUC"] };

    readonly SimulatedClock clock = new(Now);
    readonly KeyStore keys = TestKeys.Store(DevelopmentTokens.KeyName);
    readonly DevelopmentTokens issuing;
    readonly BearerTokens tokens;

    public DevelopmentTokensTests() => (issuing, tokens) = (new DevelopmentTokens(keys, clock), Reader(true));

    [Fact]
    public async Task A_token_says_who_calls_with_which_roles_at_which_sites()
    {
        var token = issuing.Issue(Ann, TimeSpan.FromHours(1));
        foreach (var read in new[] { await tokens.ReadAsync(token), await tokens.ReadAsync(token), await Reader(true).ReadAsync(token) })
        {
            (read!.Subject, read.Name, read.OnBehalfOf).ShouldBe((Ann.Subject, Ann.Name, null));
            read.Roles.ShouldBe(Ann.Roles);
            read.Sites.ShouldBe(Ann.Sites);
        }
    }

    [Fact]
    public async Task A_token_ends_on_time_even_when_it_was_used_just_before()
    {
        var token = issuing.Issue(Ann, TimeSpan.FromMinutes(5));
        clock.MoveTo(Now + TimeSpan.FromMinutes(5) - TimeSpan.FromSeconds(1));
        (await tokens.ReadAsync(token)).ShouldNotBeNull();
        clock.MoveTo(Now + TimeSpan.FromMinutes(5));
        (await tokens.ReadAsync(token)).ShouldBeNull();
        (await Reader(true).ReadAsync(token)).ShouldBeNull();
    }

    [Fact]
    public async Task A_token_of_another_key_makes_no_caller() =>
        (await tokens.ReadAsync(new DevelopmentTokens(TestKeys.Store(DevelopmentTokens.KeyName), clock).Issue(Ann, TimeSpan.FromHours(1)))).ShouldBeNull();

    [Theory]
    [InlineData("somebody-else", "doseline")]
    [InlineData("doseline-development", "another-system")]
    public async Task A_token_of_another_issuer_or_for_another_audience_makes_no_caller(string issuer, string audience) =>
        (await tokens.ReadAsync(Made(d => (d.Issuer, d.Audience) = (issuer, audience)))).ShouldBeNull();

    [Fact]
    public async Task A_token_of_the_future_makes_no_caller_yet()
    {
        var token = Made(d => d.NotBefore = (Now + TimeSpan.FromMinutes(10)).UtcDateTime);
        (await tokens.ReadAsync(token)).ShouldBeNull();
        clock.MoveTo(Now + TimeSpan.FromMinutes(10));
        (await tokens.ReadAsync(token)).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_token_without_a_subject_makes_no_caller() =>
        (await tokens.ReadAsync(Made(d => d.Subject = new ClaimsIdentity([new Claim("name", "Ann"), new Claim("role", "qa")])))).ShouldBeNull();

    [Fact]
    public async Task A_token_signed_with_a_shared_secret_makes_no_caller() =>
        (await tokens.ReadAsync(Made(d => d.SigningCredentials = new SigningCredentials(
            new SymmetricSecurityKey(keys.Signing(DevelopmentTokens.KeyName).ExportSubjectPublicKeyInfo()), SecurityAlgorithms.HmacSha256)))).ShouldBeNull();

    [Fact]
    public async Task A_token_without_a_signature_makes_no_caller()
    {
        var parts = issuing.Issue(Ann, TimeSpan.FromHours(1)).Split('.');
        var none = Base64Url.EncodeToString(Encoding.UTF8.GetBytes("""{"alg":"none","typ":"JWT"}"""));
        (await tokens.ReadAsync($"{none}.{parts[1]}.")).ShouldBeNull();
        (await tokens.ReadAsync($"{none}.{parts[1]}.{parts[2]}")).ShouldBeNull();
        (await tokens.ReadAsync($"{parts[0]}.{parts[1]}.")).ShouldBeNull();
    }

    [Fact]
    public async Task A_token_with_another_persons_claims_makes_no_caller()
    {
        var own = issuing.Issue(Ann, TimeSpan.FromHours(1)).Split('.');
        var other = issuing.Issue(Ann with { Subject = "person:ben" }, TimeSpan.FromHours(1)).Split('.');
        (await tokens.ReadAsync($"{own[0]}.{other[1]}.{own[2]}")).ShouldBeNull();
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("a.b.c")]
    [InlineData("....")]
    public async Task Garbage_makes_no_caller(string garbage) => (await tokens.ReadAsync(garbage)).ShouldBeNull();

    [Fact]
    public async Task A_host_that_was_not_started_for_development_accepts_none()
    {
        var token = issuing.Issue(Ann, TimeSpan.FromHours(1));
        (await Reader(false).ReadAsync(token)).ShouldBeNull();
        (await Reader(null).ReadAsync(token)).ShouldBeNull();
    }

    string Made(Action<SecurityTokenDescriptor> change)
    {
        SecurityTokenDescriptor token = new()
        {
            Issuer = "doseline-development",
            Audience = "doseline",
            IssuedAt = Now.UtcDateTime,
            NotBefore = Now.UtcDateTime,
            Expires = Now.AddHours(1).UtcDateTime,
            Subject = new ClaimsIdentity([new Claim("sub", "person:ann"), new Claim("role", "qa")]),
            SigningCredentials = new SigningCredentials(new ECDsaSecurityKey(keys.Signing(DevelopmentTokens.KeyName)), SecurityAlgorithms.EcdsaSha256),
        };
        change(token);
        return new JsonWebTokenHandler().CreateToken(token);
    }

    BearerTokens Reader(bool? accepting)
    {
        var config = new ConfigurationBuilder().AddInMemoryCollection(accepting is null ? [] : [new(DevelopmentTokens.Setting, accepting.Value ? "true" : "false")]).Build();
        return new BearerTokens([new DevelopmentTokens(keys, clock, config)], clock);
    }
}
