using System.Buffers.Binary;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Doseline.Platform.Auth;
using Doseline.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Gateway.Tests.Support;

/// <summary>The platform as it is met from outside, on the gateway's web port.</summary>
sealed class FrontDoor : IAsyncDisposable
{
    FrontDoor(TestPlatform platform) => (Platform, Http) = (platform, new HttpClient { BaseAddress = platform.Host.WebAddress });

    public TestPlatform Platform { get; }

    /// <summary>Without a token.</summary>
    public HttpClient Http { get; }

    public static async Task<FrontDoor> OpenAsync(Action<WebApplicationBuilder>? configure = null) => new(await TestPlatform.StartAsync(configure: configure));

    public string Token(params string[] roles) => Token(new Caller { Subject = $"person:{string.Join('+', roles)}", Name = string.Join(' ', roles), Roles = roles, Sites = [Caller.AllSites] });

    public string Token(Caller caller) => Platform.Host.Services.GetRequiredService<DevelopmentTokens>().Issue(caller, TimeSpan.FromDays(30));

    public static HttpRequestMessage Post(string path, string? token, HttpContent content)
    {
        HttpRequestMessage request = new(HttpMethod.Post, path) { Content = content };
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return request;
    }

    /// <summary>Calls with JSON.</summary>
    public async Task<Reply> CallAsync(string path, string? token, string json)
    {
        using var request = Post(path, token, new StringContent(json, Encoding.UTF8, "application/json"));
        return await Reply.ReadAsync(await Http.SendAsync(request));
    }

    /// <summary>A message with its five bytes of flags and length.</summary>
    public static byte[] Frame(ReadOnlySpan<byte> message, byte flags = 0)
    {
        var frame = new byte[5 + message.Length];
        frame[0] = flags;
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), (uint)message.Length);
        message.CopyTo(frame.AsSpan(5));
        return frame;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Platform.DisposeAsync();
    }
}

/// <summary>An answer of the gateway.</summary>
sealed record Reply(int Status, HttpResponseHeaders Headers, string Body)
{
    public JsonNode Json => JsonNode.Parse(Body)!;

    public string? Code => (string?)Json["code"];

    /// <summary>The reasons of a refusal.</summary>
    public IReadOnlyList<(string Code, string Subject)> Reasons =>
        [.. Json["details"]!.AsArray().Single(d => (string?)d!["type"] == "doseline.common.v1.Refusals")!["debug"]!["reasons"]!.AsArray().Select(r => ((string)r!["code"]!, (string)r["subject"]!))];

    public static async Task<Reply> ReadAsync(HttpResponseMessage response)
    {
        using (response) return new Reply((int)response.StatusCode, response.Headers, await response.Content.ReadAsStringAsync());
    }
}

static class Addresses
{
    /// <summary>Settings of the host.</summary>
    public static Microsoft.Extensions.Configuration.IConfiguration GetConfiguration(this IServiceProvider services) =>
        services.GetRequiredService<Microsoft.Extensions.Configuration.IConfiguration>();

    /// <summary>Where the host listens, in the order in which its ports were opened.</summary>
    public static IEnumerable<string> GetAddresses(this IServiceProvider services) =>
        services.GetRequiredService<Microsoft.AspNetCore.Hosting.Server.IServer>().Features.Get<Microsoft.AspNetCore.Hosting.Server.Features.IServerAddressesFeature>()!.Addresses;
}
