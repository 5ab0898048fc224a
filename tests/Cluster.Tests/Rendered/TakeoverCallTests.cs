using System.Net;
using Doseline.Local;
using Doseline.Platform.Rpc;
using Doseline.Platform.Signing;
using Doseline.Testing;
using Grpc.Core;
using Grpc.Net.Client;

namespace Doseline.Cluster.Tests.Rendered;

/// <summary>Whoever takes over one pod of the running rendering calls as that service and as no other, and without a person's token changes nothing that is a person's to change.</summary>
public sealed class TakeoverCallTests : IAsyncLifetime
{
    const string Anything = "/doseline.operations.v1.SystemService/GetSystem";

    static readonly IReadOnlyList<string> Services = [.. Modules.All().Select(m => m.Name)];

    readonly Dictionary<string, GrpcChannel> apps = new(StringComparer.Ordinal);
    readonly Dictionary<string, TakenOver> pods = new(StringComparer.Ordinal);
    RenderedPlatform platform = null!;

    public async Task InitializeAsync()
    {
        platform = await RenderedPlatform.PrepareAsync("");
        await platform.StartAsync(Services);
        foreach (var name in Services)
        {
            apps.Add(name, GrpcChannel.ForAddress((await platform.Processes[name].ReadyAsync()).App));
            pods.Add(name, new TakenOver(name, platform.Keys.FolderOf(platform.Deployments[name])));
        }
    }

    public async Task DisposeAsync()
    {
        foreach (var app in apps.Values) app.Dispose();
        await platform.DisposeAsync();
    }

    [Fact]
    [Requirement("A178", "A179")]
    public async Task It_speaks_for_itself_alone_and_changes_only_what_its_service_may()
    {
        List<string> wrong = [];
        foreach (var taken in pods.Values)
        {
            var own = await taken.TokenAsync();
            foreach (var (callee, app) in apps.Where(a => a.Key != taken.Service))
            {
                foreach (var victim in Services.Where(v => v != taken.Service).Select(v => $"service:{v}").Append("person:invented"))
                {
                    foreach (var token in taken.Forged(victim, platform.Way.Address.GetLeftPart(UriPartial.Authority)).Take(victim is "person:invented" ? int.MaxValue : 4))
                    {
                        var (status, codes) = await TakenOver.CallAsync(app, Anything, [], Headers(token));
                        if (status is not StatusCode.Unauthenticated) wrong.Add($"{taken.Service} as {victim} at {callee}: {status} {string.Join(',', codes)}");
                    }
                }

                // Its own token, and the word of a person whom nobody knows.
                foreach (var (path, method) in ContractMethods.All.Where(m => Owner(m.Key) == callee || EveryHost.Serves(m.Value.Service)))
                {
                    var policy = ContractMethods.PolicyOf(method)!;
                    if (!policy.Mutates || policy.Roles.Contains($"service:{taken.Service}")) continue;
                    var (status, codes) = await TakenOver.CallAsync(app, path, [], Headers(own, ("doseline-on-behalf-of", "person:invented")));
                    if (status is not (StatusCode.PermissionDenied or StatusCode.Unauthenticated)) wrong.Add($"{taken.Service} at {path}: {status} {string.Join(',', codes)}");
                }
            }
        }

        wrong.ShouldBeEmpty();
    }

    [Fact]
    [Requirement("A177")]
    public async Task Its_sidecar_leads_to_no_page_of_another()
    {
        using HttpClient http = new();
        foreach (var taken in pods.Values)
        {
            foreach (var callee in Services.Where(s => s != taken.Service))
            {
                foreach (var path in new[] { "/metrics", "/healthz/ready", "/facts/orders", "/dapr/subscribe", "/simulation/next" })
                {
                    using HttpRequestMessage through = new(HttpMethod.Get, $"http://127.0.0.1:{platform.Sidecars[taken.Service].GrpcPort}{path}") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
                    through.Headers.Add("dapr-app-id", callee);
                    through.Headers.Add("dapr-api-token", platform.Mesh.ApiToken);
                    using var denied = await http.SendAsync(through);
                    denied.Headers.Concat(denied.TrailingHeaders).Single(h => h.Key == "grpc-status").Value.ShouldBe(["7"], $"{taken.Service} to {path} of {callee}");
                }
            }
        }
    }

    static string Owner(string path) => path.Split('.')[1];

    Metadata Headers(string token, params (string Name, string Value)[] more)
    {
        Metadata headers = new() { { "authorization", $"Bearer {token}" }, { "dapr-api-token", platform.Mesh.AppToken } };
        foreach (var (name, value) in more) headers.Add(name, value);
        return headers;
    }
}
