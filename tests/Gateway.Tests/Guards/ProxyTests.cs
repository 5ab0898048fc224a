using System.Net;
using Doseline.Gateway.Tests.Support;
using Microsoft.AspNetCore.Builder;

namespace Doseline.Gateway.Tests.Guards;

/// <summary>Behind a load balancer the client is whom the load balancer names; in front of none nobody is believed.</summary>
public sealed class ProxyTests
{
    [Fact]
    public async Task A_known_proxy_says_who_the_client_is_and_that_it_came_by_tls()
    {
        await using var door = await FrontDoor.OpenAsync(builder => Configure(builder, proxy: "127.0.0.0/8"));
        // Each client has an allowance of its own, and one that asks six times at once is past it.
        (await Task.WhenAll(Enumerable.Range(1, 6).Select(n => AskAsync(door, $"198.51.100.{n}")))).ShouldAllBe(a => a == new Answer(HttpStatusCode.OK, true));
        (await Task.WhenAll(Enumerable.Range(1, 6).Select(_ => AskAsync(door, "203.0.113.1")))).ShouldContain(a => a.Status == HttpStatusCode.TooManyRequests);
    }

    [Fact]
    public async Task A_stranger_who_names_other_addresses_is_still_one_stranger()
    {
        await using var door = await FrontDoor.OpenAsync(builder => Configure(builder, proxy: null));
        var answers = await Task.WhenAll(Enumerable.Range(1, 6).Select(n => AskAsync(door, $"198.51.100.{n}")));
        answers.ShouldContain(a => a.Status == HttpStatusCode.TooManyRequests);
        answers.ShouldAllBe(a => !a.Secure);
    }

    // One call a second, so that the next tells whom it is counted for.
    static void Configure(WebApplicationBuilder builder, string? proxy)
    {
        builder.Configuration["Gateway:Limits:anonymous:Burst"] = "1";
        builder.Configuration["Gateway:Limits:anonymous:PerSecond"] = "1";
        if (proxy is not null) builder.Configuration["Ports:Proxies:0"] = proxy;
    }

    static async Task<Answer> AskAsync(FrontDoor door, string client)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, "/openapi.json");
        request.Headers.Add("X-Forwarded-For", client);
        request.Headers.Add("X-Forwarded-Proto", "https");
        using var answer = await door.Http.SendAsync(request);
        return new Answer(answer.StatusCode, answer.Headers.Contains("Strict-Transport-Security"));
    }

    sealed record Answer(HttpStatusCode Status, bool Secure);
}
