using System.Globalization;
using System.Text;
using Doseline.Gateway.Tests.Support;
using Doseline.Inventory.V1;
using Doseline.Platform.Rpc;
using Doseline.Testing;
using Grpc.Core;
using Grpc.Net.Client;

namespace Doseline.Gateway.Tests.Guards;

/// <summary>What stands before every call from outside.</summary>
public sealed class LimitsAndHeadersTests
{
    const string ListSites = "/doseline.inventory.v1.SitesService/ListSites";

    [Fact]
    public async Task A_client_that_asks_too_much_is_told_when_to_come_back_and_others_are_not_held_up()
    {
        await using var door = await FrontDoor.OpenAsync(builder =>
        {
            builder.Configuration["Gateway:Limits:auditor:PerSecond"] = "1";
            builder.Configuration["Gateway:Limits:auditor:Burst"] = "3";
        });
        var (auditor, qa) = (door.Token("auditor"), door.Token("qa"));
        var replies = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => door.CallAsync(ListSites, auditor, "{}")));
        replies.Count(r => r.Status == 200).ShouldBeInRange(3, 8);
        var refused = replies.First(r => r.Status == 429);
        refused.Code.ShouldBe("resource_exhausted");
        refused.Reasons.Single().Code.ShouldBe("RATE_LIMITED");
        refused.Headers.RetryAfter!.Delta!.Value.ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(1));
        refused.Body.ShouldContain("google.rpc.RetryInfo");
        (await door.CallAsync(ListSites, qa, "{}")).Status.ShouldBe(200);

        using var channel = GrpcChannel.ForAddress(door.Platform.Host.PartnerAddress);
        Metadata bearer = new() { { "authorization", "Bearer " + auditor } };
        SitesService.SitesServiceClient sites = new(channel);
        var faults = await Task.WhenAll(Enumerable.Range(0, 12).Select(async _ =>
        {
            try
            {
                await sites.ListSitesAsync(new ListSitesRequest(), bearer);
                return null;
            }
            catch (RpcException fault)
            {
                return fault;
            }
        }));
        var fault = faults.First(f => f is not null)!;
        fault.StatusCode.ShouldBe(StatusCode.ResourceExhausted);
        RpcErrors.Read(fault).Single().Code.ShouldBe("RATE_LIMITED");
    }

    [Theory]
    [InlineData("/api")]
    [InlineData("/openapi.json")]
    public async Task What_is_public_is_compressed_is_not_sent_again_and_can_be_asked_for_by_head(string path)
    {
        await using var door = await FrontDoor.OpenAsync();
        using HttpRequestMessage packed = new(HttpMethod.Get, path) { Headers = { { "Accept-Encoding", "br" } } };
        using var answer = await door.Http.SendAsync(packed);
        answer.Content.Headers.ContentEncoding.ShouldBe(["br"]);
        using HttpRequestMessage head = new(HttpMethod.Head, path);
        using var asked = await door.Http.SendAsync(head);
        ((int)asked.StatusCode).ShouldBe(200);
        using HttpRequestMessage change = new(HttpMethod.Delete, path);
        using var refused = await door.Http.SendAsync(change);
        ((int)refused.StatusCode).ShouldBe(405);
        refused.Content.Headers.Allow.ShouldBe(["GET", "HEAD"]);
        using HttpRequestMessage elsewhere = new(HttpMethod.Get, "/session/logout");
        using var post = await door.Http.SendAsync(elsewhere);
        ((int)post.StatusCode, string.Join(',', post.Content.Headers.Allow)).ShouldBe((405, "POST"));
        if (path is "/api") return;
        using HttpRequestMessage again = new(HttpMethod.Get, path) { Headers = { { "If-None-Match", answer.Headers.ETag!.ToString() } } };
        using var unchanged = await door.Http.SendAsync(again);
        ((int)unchanged.StatusCode).ShouldBe(304);
    }

    [Fact]
    public async Task Files_of_the_console_are_served_compressed_and_for_ever_its_page_is_asked_for_again()
    {
        var folder = Directory.CreateTempSubdirectory("doseline-console-");
        folder.CreateSubdirectory("assets");
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "index.html"), "<!doctype html><title>console</title>");
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "assets", "index-1a2b.js"), string.Concat(Enumerable.Repeat("console.log('dose');", 100)));
        await using var door = await FrontDoor.OpenAsync(builder => builder.Configuration["Gateway:ConsoleFolder"] = folder.FullName);
        using HttpRequestMessage script = new(HttpMethod.Get, "/assets/index-1a2b.js") { Headers = { { "Accept-Encoding", "br" } } };
        using var answer = await door.Http.SendAsync(script);
        ((int)answer.StatusCode).ShouldBe(200);
        answer.Content.Headers.ContentEncoding.ShouldBe(["br"]);
        answer.Headers.CacheControl!.ToString().ShouldContain("immutable");
        (await door.Http.GetStringAsync("/assets/index-1a2b.js")).ShouldContain("dose");
        (await door.Http.GetStringAsync("/orders/1")).ShouldContain("console");
        using HttpRequestMessage change = new(HttpMethod.Put, "/assets/index-1a2b.js");
        using var refused = await door.Http.SendAsync(change);
        ((int)refused.StatusCode).ShouldBe(404);
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Every_answer_carries_a_request_id_and_says_what_a_browser_must_not_do()
    {
        await using var door = await FrontDoor.OpenAsync();
        foreach (var path in new[] { "/", "/nothing.js", "/orders/1", ListSites })
        {
            using HttpRequestMessage request = new(HttpMethod.Get, path);
            request.Headers.Add("x-request-id", "from-the-hospital-1");
            using var response = await door.Http.SendAsync(request);
            response.Headers.GetValues("x-request-id").Single().ShouldBe("from-the-hospital-1");
            var policy = response.Headers.GetValues("Content-Security-Policy").Single();
            policy.ShouldContain("frame-ancestors 'none'");
            policy.ShouldNotContain("unsafe");
            response.Headers.GetValues("X-Content-Type-Options").Single().ShouldBe("nosniff");
            DateTimeOffset.Parse(response.Headers.GetValues("x-doseline-time").Single(), CultureInfo.InvariantCulture).ShouldBe(door.Platform.Clock.GetUtcNow());
            response.Headers.Contains("Server").ShouldBeFalse();
            response.Headers.Contains("Strict-Transport-Security").ShouldBeFalse("there is no TLS here");
        }
    }

    [Fact]
    public async Task A_request_id_that_could_break_a_log_is_replaced()
    {
        await using var door = await FrontDoor.OpenAsync();
        using HttpRequestMessage request = new(HttpMethod.Get, "/");
        request.Headers.TryAddWithoutValidation("x-request-id", "a b\tc;DROP");
        using var response = await door.Http.SendAsync(request);
        response.Headers.GetValues("x-request-id").Single().ShouldNotContain(" ");
    }

    [Fact]
    [Requirement("A177")]
    public async Task What_is_inside_does_not_answer_outside_and_the_other_way_round()
    {
        await using var door = await FrontDoor.OpenAsync();
        foreach (var inner in new[] { "/metrics", "/healthz", "/dapr/subscribe" })
        {
            using var response = await door.Http.GetAsync(new Uri(inner, UriKind.Relative));
            // Outside these are pages of the console like any other path.
            (await response.Content.ReadAsStringAsync()).ShouldStartWith("<!doctype html>");
        }

        using HttpClient probe = new() { BaseAddress = new Uri(door.Platform.Host.Services.GetAddresses().ElementAt(1)) };
        using StringContent json = new("{}", Encoding.UTF8, "application/json");
        using var inside = await probe.PostAsync(new Uri(ListSites, UriKind.Relative), json);
        ((int)inside.StatusCode).ShouldBeOneOf(404, 405, 415);
        inside.Content.Headers.ContentType?.MediaType.ShouldNotBe("application/json");
    }
}
