using System.Security.Cryptography;
using System.Text;
using Doseline.Gateway.Tests.Support;
using Doseline.Inventory.V1;
using Doseline.Platform.Audit.Sealing;
using Doseline.Platform.Auth;
using Doseline.Platform.Rpc;
using Doseline.Platform.Signing;
using Doseline.Testing;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Doseline.Gateway.Tests.Passing;

/// <summary>What a caller learns of what a service was asked and has answered, whatever stands between.</summary>
public sealed class ReceiptTests : IAsyncLifetime
{
    const string Path = "/doseline.inventory.v1.SitesService/PutSite";

    FrontDoor door = null!;
    string steward = "";

    public async Task InitializeAsync()
    {
        door = await FrontDoor.OpenAsync();
        steward = door.Token("master_data_steward");
    }

    public async Task DisposeAsync() => await door.DisposeAsync();

    [Fact]
    [Requirement("A126")]
    public async Task The_service_signs_what_it_was_asked_and_has_answered_and_says_the_same_of_a_retry()
    {
        var put = Site("phx", "Phoenix");
        var (answer, first) = await JsonAsync(put, "n-1");
        await RequireAsync(first, put, answer, "n-1", "person:master_data_steward");
        var (again, second) = await JsonAsync(put, "n-2");
        again.ShouldBe(answer);
        await RequireAsync(second, put, again, "n-2", "person:master_data_steward");
        (await JsonAsync(Site("muc", "Munich"), nonce: null)).Receipt.ShouldBeNull();
    }

    [Fact]
    [Requirement("A126")]
    public async Task So_it_does_over_grpc()
    {
        using var channel = GrpcChannel.ForAddress(door.Platform.Host.Services.GetAddresses().Last());
        var put = Site("phx", "Phoenix");
        using var call = new SitesService.SitesServiceClient(channel).PutSiteAsync(put, new Metadata { { "authorization", $"Bearer {steward}" }, { RpcHeaders.Receipt, "n-1" } });
        var answer = await call.ResponseAsync;
        await RequireAsync(call.GetTrailers().GetValue(RpcHeaders.Receipt), put, answer, "n-1", "person:master_data_steward");
    }

    // Whoever stands between may change all but the signature, and sign with what is not the service's.
    [Fact]
    [Requirement("A126")]
    public async Task A_gateway_that_alters_what_passes_it_is_found_out()
    {
        var asked = Site("phx", "Phoenix");
        var altered = asked.Clone();
        altered.Site.Zone = "Europe/Berlin";
        var (answer, receipt) = await JsonAsync(altered, "n-1");
        var told = answer.Clone();
        told.Site.Zone = asked.Site.Zone;
        (await WrongAsync(receipt, asked, told, "n-1", "person:master_data_steward")).ShouldBe("request, answer");
        (await WrongAsync(receipt, altered, told, "n-1", "person:master_data_steward")).ShouldBe("answer");
        (await WrongAsync(receipt, asked, answer, "n-1", "person:master_data_steward")).ShouldBe("request");
        (await WrongAsync(receipt, altered, answer, "n-2", "person:master_data_steward")).ShouldBe("nonce");
        (await WrongAsync(receipt, altered, answer, "n-1", "person:ann")).ShouldBe("sub");
        (await WrongAsync(null, altered, answer, "n-1", "person:master_data_steward")).ShouldBe("signature");
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        (await WrongAsync(Resigned(receipt!, other), altered, answer, "n-1", "person:master_data_steward")).ShouldBe("signature");
        (await WrongAsync(Resigned(receipt!, Key("orders")), altered, answer, "n-1", "person:master_data_steward")).ShouldBe("signature");
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a.b")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123456789")]
    [Requirement("A126")]
    public async Task What_cannot_stand_in_a_receipt_is_refused_before_anything_is_done(string nonce)
    {
        using var request = Request(Site("phx", "Phoenix"), nonce);
        var reply = await Reply.ReadAsync(await door.Http.SendAsync(request));
        reply.Reasons.ShouldBe([("RECEIPT_MALFORMED", RpcHeaders.Receipt)]);
        (await new SitesService.SitesServiceClient(door.Platform.As("auditor")).ListSitesAsync(new ListSitesRequest())).Sites.ShouldBeEmpty();
    }

    static PutSiteRequest Site(string id, string name) => new() { RequestId = TestPlatform.RequestId(), Reason = "set up", Site = new Site { SiteId = id, Name = name, Zone = "America/Phoenix" } };

    HttpRequestMessage Request(IMessage message, string? nonce)
    {
        var request = FrontDoor.Post(Path, steward, new StringContent(JsonFormatter.Default.Format(message), Encoding.UTF8, "application/json"));
        if (nonce is not null) request.Headers.TryAddWithoutValidation(RpcHeaders.Receipt, nonce);
        return request;
    }

    async Task<(PutSiteResponse Answer, string? Receipt)> JsonAsync(PutSiteRequest put, string? nonce)
    {
        using var request = Request(put, nonce);
        var reply = await Reply.ReadAsync(await door.Http.SendAsync(request));
        reply.Status.ShouldBe(200, reply.Body);
        return (JsonParser.Default.Parse<PutSiteResponse>(reply.Body), reply.Headers.TryGetValues(RpcHeaders.Receipt, out var receipt) ? receipt.Single() : null);
    }

    async Task RequireAsync(string? receipt, IMessage asked, IMessage answer, string nonce, string person)
    {
        (await WrongAsync(receipt, asked, answer, nonce, person)).ShouldBe("");
        JsonWebToken token = new(receipt);
        (token.Typ, token.Issuer, token.GetClaim("method").Value).ShouldBe((Receipts.Type, "inventory", Path));
        token.IssuedAt.ShouldBe(door.Platform.Now.UtcDateTime);
    }

    // What a caller does: what of a receipt is not as it must be.
    async Task<string> WrongAsync(string? receipt, IMessage asked, IMessage answer, string nonce, string person)
    {
        var read = await new JsonWebTokenHandler { MapInboundClaims = false }.ValidateTokenAsync(receipt, new TokenValidationParameters
        {
            IssuerSigningKey = new ECDsaSecurityKey(Key("inventory")), ValidTypes = [Receipts.Type], ValidIssuer = "inventory", ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
            ValidateAudience = false, ValidateLifetime = false, TryAllIssuerSigningKeys = true,
        });
        if (!read.IsValid) return "signature";
        (string Claim, string Value)[] expected = [("request", Receipts.HashOf(asked)), ("answer", Receipts.HashOf(answer)), ("nonce", nonce), ("sub", person)];
        return string.Join(", ", expected.Where(e => (string)read.Claims[e.Claim] != e.Value).Select(e => e.Claim));
    }

    ECDsa Key(string service) => door.Platform.Host.Services.GetRequiredService<KeyStore>().Standing(TreeHeads.KeyOf(service));

    static string Resigned(string receipt, ECDsa key)
    {
        var body = receipt[..receipt.LastIndexOf('.')];
        return $"{body}.{Base64UrlEncoder.Encode(key.SignData(Encoding.ASCII.GetBytes(body), HashAlgorithmName.SHA256))}";
    }
}
