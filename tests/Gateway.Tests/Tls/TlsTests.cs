using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Doseline.Gateway.Front;
using Doseline.Gateway.Tests.Support;
using Doseline.Inventory.V1;
using Doseline.Orders.V1;
using Doseline.Platform.Auth;
using Doseline.Platform.Rpc;
using Doseline.Testing;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Configuration;

namespace Doseline.Gateway.Tests.Tls;

/// <summary>The outer ports with a certificate: modern TLS only, client certificates bound to accounts, pins.</summary>
public sealed class TlsTests : IAsyncLifetime, IDisposable
{
    const string Hospital = "person:partner";

    readonly Certificates certificates = new();
    FrontDoor door = null!;
    X509Certificate2 own = null!;

    public async Task InitializeAsync()
    {
        own = certificates.Client("hospital");
        door = await FrontDoor.OpenAsync(builder =>
        {
            builder.Configuration.AddInMemoryCollection(certificates.Settings);
            builder.Configuration["Gateway:Partners:hospital:Subject"] = Hospital;
            builder.Configuration["Gateway:Partners:hospital:Certificates:0"] = own.GetCertHashString(HashAlgorithmName.SHA256);
        });
    }

    public async Task DisposeAsync() => await door.DisposeAsync();

    public void Dispose()
    {
        certificates.Dispose();
        own.Dispose();
    }

    [Clause("21 CFR 11.30")]
    [Theory]
    [Requirement("A003", "A181")]
    [InlineData("-tls1", false)]
    [InlineData("-tls1_1", false)]
    [InlineData("-tls1_2", true)]
    [InlineData("-tls1_3", true)]
    [InlineData("-tls1_2 -cipher ECDHE-ECDSA-AES256-SHA", false)]
    [InlineData("-tls1_2 -cipher ECDHE-ECDSA-AES256-SHA384", false)]
    [InlineData("-tls1_2 -cipher ECDHE-ECDSA-AES128-GCM-SHA256", true)]
    [InlineData("-tls1_2 -cipher ECDHE-ECDSA-CHACHA20-POLY1305", true)]
    public async Task A_scan_finds_modern_versions_and_suites_only(string offer, bool accepted)
    {
        // The scanner itself speaks what is weak, and so would this key: of a server that takes everything it gets whatever it offers, or it would prove nothing.
        await using (var lax = await LaxServer.StartAsync(certificates))
            (await ScanAsync(lax.Port, offer)).ShouldContain("CONNECTION ESTABLISHED");
        foreach (var port in new[] { door.Platform.Host.WebAddress.Port, door.Platform.Host.PartnerAddress.Port })
        {
            var said = await ScanAsync(port, offer);
            said.Contains("CONNECTION ESTABLISHED", StringComparison.Ordinal).ShouldBe(accepted, $"{port} {offer}: {said}");
        }
    }

    static async Task<string> ScanAsync(int port, string offer)
    {
        var weak = offer.Contains("-cipher", StringComparison.Ordinal) ? offer + ":@SECLEVEL=0" : offer + " -cipher ALL:@SECLEVEL=0";
        using var scan = Process.Start(new ProcessStartInfo("openssl", $"s_client -connect 127.0.0.1:{port} -brief {weak}")
        {
            UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        scan.StandardInput.Close();
        var said = scan.StandardError.ReadToEndAsync();
        await scan.WaitForExitAsync();
        return await said;
    }

    [Fact]
    public async Task Over_tls_what_a_browser_keeps_of_a_sign_in_never_travels_without()
    {
        // The provider beside the gateway shows a certificate that the machine does not know.
        await using var pinned = await FrontDoor.OpenAsync(builder =>
        {
            builder.Configuration.AddInMemoryCollection(certificates.Settings);
            builder.Configuration["Gateway:SignIn:Pin"] = Routes.PinOf(certificates.Server);
        });
        using var handler = certificates.Trusting();
        (handler.AllowAutoRedirect, handler.UseCookies) = (false, false);
        using HttpClient browser = new(handler) { BaseAddress = pinned.Platform.Host.WebAddress };
        using var begun = await browser.GetAsync(new Uri("/session/login", UriKind.Relative));
        begun.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        begun.Headers.GetValues("Set-Cookie").ShouldAllBe(c => c.StartsWith("__Secure-doseline-", StringComparison.Ordinal) && c.Contains("; secure", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    [Requirement("A181")]
    public async Task Browsers_are_told_to_come_by_tls_only_and_get_the_page_over_either_version_of_http()
    {
        using HttpClient http = new(certificates.Trusting()) { BaseAddress = door.Platform.Host.WebAddress };
        foreach (var version in new[] { HttpVersion.Version11, HttpVersion.Version20 })
        {
            using HttpRequestMessage request = new(HttpMethod.Get, "/") { Version = version, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
            using var response = await http.SendAsync(request);
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
            response.Headers.GetValues("Strict-Transport-Security").Single().ShouldContain("max-age=63072000");
        }
    }

    [Fact]
    [Requirement("A178")]
    public async Task An_account_bound_to_a_certificate_comes_in_with_it_and_not_without()
    {
        Metadata bearer = new() { { "authorization", "Bearer " + door.Token("partner") } };
        (await CodeAsync(own, bearer)).ShouldBeNull();
        (await CodeAsync(null, bearer)).ShouldBe("CERTIFICATE_NEEDED");
        using var other = certificates.Client("another");
        (await CodeAsync(other, bearer)).ShouldBe("CERTIFICATE_NEEDED");
        // One that is bound to none does not come in at all, whatever it shows and by whichever door.
        Metadata unbound = new() { { "authorization", "Bearer " + door.Token(new Caller { Subject = "person:clinic", Name = "clinic", Roles = [Kernel.Rules.Roles.Partner], Sites = [Caller.AllSites] }) } };
        (await CodeAsync(own, unbound)).ShouldBe("CERTIFICATE_NOT_BOUND");
        (await CodeAsync(null, unbound)).ShouldBe("CERTIFICATE_NOT_BOUND");
        // JSON reaches the same methods by the same door, and by the browsers' no partner does.
        (await JsonAsync(door.Platform.Host.PartnerAddress, own)).ShouldBe(200);
        (await JsonAsync(door.Platform.Host.PartnerAddress, null)).ShouldBe(401);
        (await JsonAsync(door.Platform.Host.WebAddress, own)).ShouldBe(401);
        // Nobody else needs one.
        (await CodeAsync(null, new() { { "authorization", "Bearer " + door.Token("auditor") } })).ShouldBeNull();
        // What no authority vouches for does not get as far as a call.
        using var forged = certificates.Client("hospital", own: true);
        (await Should.ThrowAsync<RpcException>(() => CallAsync(forged, bearer))).StatusCode.ShouldBeOneOf(StatusCode.Unavailable, StatusCode.Internal);

        async Task<int> JsonAsync(Uri at, X509Certificate2? shown)
        {
            using HttpClient http = new(certificates.Trusting(shown)) { BaseAddress = at };
            using var request = FrontDoor.Post("/doseline.orders.v1.ProductsService/ListProducts", door.Token("partner"), new StringContent("{}", System.Text.Encoding.UTF8, "application/json"));
            using var answer = await http.SendAsync(request);
            return (int)answer.StatusCode;
        }
    }

    [Fact]
    [Requirement("A180")]
    public async Task A_captured_call_that_is_sent_again_by_whoever_is_not_the_first_is_refused_and_an_honest_retry_has_its_answer()
    {
        using var second = certificates.Client("hospital");
        Metadata bearer = new() { { "authorization", "Bearer " + door.Token("master_data_steward") } };
        PutSiteRequest captured = new() { RequestId = TestPlatform.RequestId(), Reason = "set up", Site = new Site { SiteId = "cap", Name = "Captured", Zone = "UTC" } };
        var answer = await PutAsync(own);
        // The same client again, by a connection of its own: the answer may have been lost.
        (await PutAsync(own)).ShouldBe(answer);
        foreach (var other in new[] { second, null })
            (await Should.ThrowAsync<RpcException>(() => PutAsync(other))).ShouldSatisfyAllConditions(f => RpcErrors.Read(f).ShouldHaveSingleItem().Code.ShouldBe("REQUEST_REPLAYED"));
        // Nobody says from outside where he comes from.
        bearer.Add(RpcHeaders.Origin, Convert.ToHexStringLower(SHA256.HashData(own.RawData)));
        (await Should.ThrowAsync<RpcException>(() => PutAsync(second))).ShouldSatisfyAllConditions(f => RpcErrors.Read(f).ShouldHaveSingleItem().Code.ShouldBe("REQUEST_REPLAYED"));
        (await new SitesService.SitesServiceClient(door.Platform.As("auditor")).ListSitesAsync(new ListSitesRequest())).Sites.Single(s => s.SiteId == "cap").Version.ShouldBe(answer.Site.Version);

        async Task<PutSiteResponse> PutAsync(X509Certificate2? shown)
        {
            using var channel = GrpcChannel.ForAddress(door.Platform.Host.PartnerAddress, new GrpcChannelOptions { HttpHandler = certificates.Trusting(shown), DisposeHttpClient = true });
            return await new SitesService.SitesServiceClient(channel).PutSiteAsync(captured, bearer);
        }
    }

    [Fact]
    [Requirement("A180")]
    public async Task A_captured_call_from_another_address_is_refused()
    {
        var body = $$"""{ "requestId": "{{TestPlatform.RequestId()}}", "reason": "set up", "site": { "siteId": "cap", "name": "Captured", "zone": "UTC" } }""";
        await using var plain = await FrontDoor.OpenAsync();
        (await FromAsync("127.0.0.1")).Status.ShouldBe(200);
        (await FromAsync("127.0.0.1")).Status.ShouldBe(200);
        var refused = await FromAsync("127.0.0.2");
        refused.Reasons.ShouldHaveSingleItem().Code.ShouldBe("REQUEST_REPLAYED");

        async Task<Reply> FromAsync(string address)
        {
            using HttpClient http = new(new SocketsHttpHandler
            {
                ConnectCallback = async (context, cancel) =>
                {
                    Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
                    socket.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
                    await socket.ConnectAsync(context.DnsEndPoint, cancel);
                    return new NetworkStream(socket, ownsSocket: true);
                },
            }) { BaseAddress = plain.Platform.Host.WebAddress };
            using var request = FrontDoor.Post("/doseline.inventory.v1.SitesService/PutSite", plain.Token("master_data_steward"), new StringContent(body, System.Text.Encoding.UTF8, "application/json"));
            return await Reply.ReadAsync(await http.SendAsync(request));
        }
    }

    [Fact]
    [Requirement("A181")]
    public async Task Another_site_is_reached_by_its_pin_and_a_wrong_pin_is_refused()
    {
        foreach (var (pin, status) in new[] { (Routes.PinOf(certificates.Server), 200), (Routes.PinOf(certificates.Authority), 503) })
        {
            await using var here = await FrontDoor.OpenAsync(builder =>
            {
                builder.Configuration["Gateway:Sites:far:Address"] = door.Platform.Host.PartnerAddress.ToString();
                builder.Configuration["Gateway:Sites:far:Pin"] = pin;
                // One issuer for both: the far site trusts the key that signed the token.
                builder.Configuration["Keys:Directory"] = door.Platform.Host.Services.GetConfiguration()["Keys:Directory"];
            });
            await new SitesService.SitesServiceClient(door.Platform.As("master_data_steward")).PutSiteAsync(new PutSiteRequest
            {
                RequestId = TestPlatform.RequestId(), Reason = "set up", Site = new Site { SiteId = status == 200 ? "far" : "far-2", Name = "Far", Zone = "UTC" },
            });
            var reply = await here.CallAsync("/doseline.inventory.v1.SitesService/ListRooms", here.Token("auditor"), """{"siteId":"far"}""");
            reply.Status.ShouldBe(status, reply.Body);

            using HttpRequestMessage request = FrontDoor.Post("/doseline.inventory.v1.SitesService/ListSites", here.Token("auditor"), new StringContent("{}", System.Text.Encoding.UTF8, "application/json"));
            request.Headers.Add(Routes.SiteHeader, "far");
            var listed = await Reply.ReadAsync(await here.Http.SendAsync(request));
            listed.Status.ShouldBe(status);
            if (status == 200) listed.Body.ShouldContain("Far");
            // Without a site, or for one that is not elsewhere, the answer is of here.
            (await here.CallAsync("/doseline.inventory.v1.SitesService/ListSites", here.Token("auditor"), "{}")).Body.ShouldNotContain("Far");
        }
    }

    async Task<string?> CodeAsync(X509Certificate2? certificate, Metadata headers)
    {
        try
        {
            await CallAsync(certificate, headers);
            return null;
        }
        catch (RpcException fault)
        {
            return RpcErrors.Read(fault).SingleOrDefault()?.Code ?? fault.Status.ToString();
        }
    }

    async Task CallAsync(X509Certificate2? certificate, Metadata headers)
    {
        using var channel = GrpcChannel.ForAddress(door.Platform.Host.PartnerAddress, new GrpcChannelOptions { HttpHandler = certificates.Trusting(certificate), DisposeHttpClient = true });
        await new ProductsService.ProductsServiceClient(channel).ListProductsAsync(new ListProductsRequest(), headers);
    }
}
