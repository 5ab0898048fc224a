using Doseline.Gateway.Sessions;
using Doseline.Platform.Auth;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace Doseline.Gateway.Tests.Sessions;

/// <summary>The small rules of sessions: where to go back to, what proves the console's own page, what a seal holds.</summary>
public sealed class InsideTests
{
    [Theory]
    [InlineData("/orders?site=nj1", "/orders?site=nj1")]
    [InlineData("/", "/")]
    [InlineData(null, "/")]
    [InlineData("", "/")]
    [InlineData("//elsewhere.example", "/")]
    [InlineData("/\\elsewhere.example", "/")]
    [InlineData("https://elsewhere.example", "/")]
    [InlineData("/a\r\nSet-Cookie: x=1", "/")]
    [InlineData("javascript:alert(1)", "/")]
    public void A_sign_in_goes_back_to_a_path_of_this_site_and_nowhere_else(string? asked, string gone) => SessionEndpoints.Inside(asked).ShouldBe(gone);

    [Theory]
    [InlineData("1", null, null, true)]
    [InlineData("person", "same-origin", "http://doseline.example:8080", true)]
    [InlineData(null, "same-origin", "http://doseline.example:8080", false)]
    [InlineData("1", "cross-site", null, false)]
    [InlineData("1", "same-site", null, false)]
    [InlineData("1", null, "http://elsewhere.example", false)]
    [InlineData("1", null, "http://doseline.example:9090", false)]
    [InlineData("1", null, "null", false)]
    public void Only_the_consoles_own_page_proves_itself(string? header, string? fetchSite, string? origin, bool proven)
    {
        DefaultHttpContext context = new();
        context.Request.Host = new HostString("doseline.example", 8080);
        if (header is not null) context.Request.Headers[SessionCookies.ProofHeader] = header;
        if (fetchSite is not null) context.Request.Headers["Sec-Fetch-Site"] = fetchSite;
        if (origin is not null) context.Request.Headers.Origin = origin;
        SessionCookies.IsProven(context).ShouldBe(proven);
    }

    [Fact]
    public void What_is_sealed_opens_in_its_own_place_only_and_not_when_a_bit_was_turned()
    {
        var folder = Directory.CreateTempSubdirectory("doseline-seal-");
        try
        {
            var config = new ConfigurationBuilder().AddInMemoryCollection([new("Keys:Directory", folder.FullName)]).Build();
            SessionSecrets secrets = new(new KeyStore(config));
            SessionTokens tokens = new("access", "refresh", "identity", new DateTimeOffset(2026, 11, 23, 6, 5, 0, TimeSpan.Zero));
            var box = secrets.Seal(tokens, "here");
            secrets.Open<SessionTokens>(box, "here").ShouldBe(tokens);
            secrets.Open<SessionTokens>(box, "there").ShouldBeNull();
            secrets.Seal(tokens, "here").ShouldNotBe(box);
            for (var i = 0; i < box.Length; i += 7)
            {
                var turned = box.ToArray();
                turned[i] ^= 1;
                secrets.Open<SessionTokens>(turned, "here").ShouldBeNull();
            }

            secrets.Open<SessionTokens>([1, 2, 3], "here").ShouldBeNull();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
