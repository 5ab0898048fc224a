using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Doseline.Platform.Hosting;
using Microsoft.Extensions.Configuration;

namespace Doseline.Platform.Messaging.Dapr;

/// <summary>The HTTP API of the Dapr sidecar of this process, and the secret by which the sidecar is known here.</summary>
/// <remarks>
/// <c>DAPR_HTTP_PORT</c> turns it on; <c>DAPR_API_TOKEN</c> goes with every call; <c>APP_API_TOKEN</c> is required, because whoever
/// reaches the callbacks could otherwise make facts up. <c>Dapr:PubSub</c> names the component (default <c>pubsub</c>),
/// <c>Dapr:Timeout</c> bounds a call (default 10 s), <c>APP_ID</c> names this app in dead-letter topics.
/// </remarks>
public sealed class DaprSidecar : IDisposable
{
    /// <summary>Header that carries the token, both ways.</summary>
    public const string TokenHeader = "dapr-api-token";

    const int FaultLengthMax = 500;
    readonly HttpClient http;
    readonly byte[] appTokenHash;

    /// <summary>Reads the configuration.</summary>
    /// <exception cref="InvalidOperationException">APP_API_TOKEN is missing.</exception>
    public DaprSidecar(IConfiguration config)
    {
        var appToken = config["APP_API_TOKEN"];
        if (string.IsNullOrEmpty(appToken)) throw new SettingException("DAPR_HTTP_PORT without APP_API_TOKEN: the sidecar's callbacks could not be told from anyone else's.");
        appTokenHash = SHA256.HashData(Encoding.UTF8.GetBytes(appToken));
        PubSub = config["Dapr:PubSub"] ?? "pubsub";
        AppId = config["APP_ID"];
        http = new HttpClient
        {
            BaseAddress = new Uri($"http://127.0.0.1:{config["DAPR_HTTP_PORT"]}/v1.0/"),
            Timeout = config.GetValue("Dapr:Timeout", TimeSpan.FromSeconds(10)),
        };
        if (config["DAPR_API_TOKEN"] is { Length: > 0 } token) http.DefaultRequestHeaders.Add(TokenHeader, token);
    }

    /// <summary>Name of the pub/sub component.</summary>
    public string PubSub { get; }

    /// <summary>Dapr app id of this process; null when not told.</summary>
    public string? AppId { get; }

    /// <summary>True when this process has a sidecar.</summary>
    public static bool IsConfigured(IConfiguration config) => !string.IsNullOrEmpty(config["DAPR_HTTP_PORT"]);

    /// <summary>True when the token is the sidecar's; takes the same time whatever is wrong with it.</summary>
    public bool Knows(string? token) =>
        CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(token ?? "")), appTokenHash);

    /// <summary>Calls the sidecar.</summary>
    /// <param name="method">HTTP method.</param>
    /// <param name="path">Path below <c>/v1.0/</c>, escaped.</param>
    /// <param name="body">Body.</param>
    /// <param name="mediaType">Its media type.</param>
    /// <param name="cancel">Cancels.</param>
    /// <returns>The body of the answer.</returns>
    /// <exception cref="DaprException">The sidecar answered with a fault, or not in time.</exception>
    public async Task<byte[]> SendAsync(HttpMethod method, string path, byte[] body, string mediaType, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(method, path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        try
        {
            using var response = await http.SendAsync(request, cancel);
            var answer = await response.Content.ReadAsByteArrayAsync(cancel);
            if (response.IsSuccessStatusCode) return answer;
            var said = Encoding.UTF8.GetString(answer, 0, Math.Min(answer.Length, FaultLengthMax));
            throw new DaprException($"The sidecar answered {(int)response.StatusCode} to {method} {path}: {said}");
        }
        catch (HttpRequestException fault)
        {
            throw new DaprException($"The sidecar cannot be reached for {method} {path}: {fault.Message}", fault);
        }
        catch (TaskCanceledException slow) when (!cancel.IsCancellationRequested)
        {
            throw new DaprException($"The sidecar did not answer {method} {path} within {http.Timeout}.", slow);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();
}

/// <summary>The sidecar refused, failed, or did not answer.</summary>
public sealed class DaprException(string message, Exception? inner = null) : Exception(message, inner);
