using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Doseline.Local.Simulation;

namespace Doseline.Cluster.Tests.Rendered;

/// <summary>A browser at the console of an installation, through its way in.</summary>
sealed class Browser : IDisposable
{
    readonly HttpClient http;

    /// <summary>One without cookies.</summary>
    public Browser(WayIn way) => http = new HttpClient(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        SslOptions = { RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.GetCertHashString() == way.Fingerprint },
    }) { BaseAddress = way.Address };

    /// <summary>Who is signed in.</summary>
    public async Task<JsonNode> WhoAsync() => JsonNode.Parse(await http.GetStringAsync(new Uri("/session", UriKind.Relative)))!;

    /// <summary>Signs in.</summary>
    /// <param name="login">Sign-in name.</param>
    /// <param name="password">Password.</param>
    /// <param name="chosen">What is chosen in place of a one-time password; null where it is none.</param>
    public async Task SignInAsync(string login, string password, string? chosen = null)
    {
        using var begun = await http.GetAsync(new Uri("/session/login?return=/", UriKind.Relative));
        using var page = await http.GetAsync(begun.Headers.Location);
        var signIn = SignInClient.SignInOf(await page.Content.ReadAsStringAsync());
        using var entered = await PostAsync("/oauth/sign-in", new() { ["sign_in"] = signIn, ["login"] = login, ["password"] = password });
        using var given = chosen is null ? null : await PostAsync("/oauth/password", new()
        {
            ["sign_in"] = SignInClient.SignInOf(await entered.Content.ReadAsStringAsync()), ["login"] = login, ["current_password"] = password, ["new_password"] = chosen, ["new_password_again"] = chosen,
        });
        using var back = await http.GetAsync((given ?? entered).Headers.Location);
        back.StatusCode.ShouldBe(HttpStatusCode.Redirect, await back.Content.ReadAsStringAsync());
    }

    /// <summary>Calls a method as the console does; waits where it is told to.</summary>
    public async Task<(HttpStatusCode Status, JsonNode? Body)> CallAsync(string path, string json = "{}")
    {
        while (true)
        {
            using HttpRequestMessage request = new(HttpMethod.Post, path) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
            request.Headers.Add("X-Doseline-Console", "person");
            using var answer = await http.SendAsync(request);
            if (answer.StatusCode is HttpStatusCode.TooManyRequests)
            {
                await Task.Delay(answer.Headers.RetryAfter?.Delta ?? TimeSpan.FromMilliseconds(200));
                continue;
            }

            var text = await answer.Content.ReadAsStringAsync();
            return (answer.StatusCode, text.StartsWith('{') ? JsonNode.Parse(text) : null);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    async Task<HttpResponseMessage> PostAsync(string path, Dictionary<string, string> fields)
    {
        using FormUrlEncodedContent form = new(fields);
        return await http.PostAsync(new Uri(path, UriKind.Relative), form);
    }
}
