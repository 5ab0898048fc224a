using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Hosting;

namespace Doseline.Cluster.Tests.Charts;

/// <summary>As much of an API server as helm asks before it installs: the kinds it knows, and the deployments that run.</summary>
sealed class FakeApiServer : IAsyncDisposable
{
    static readonly Dictionary<string, string[]> Kinds = new(StringComparer.Ordinal)
    {
        ["v1"] = ["Service", "ServiceAccount", "ConfigMap", "Pod"],
        ["apps/v1"] = ["Deployment"],
        ["batch/v1"] = ["Job"],
        ["policy/v1"] = ["PodDisruptionBudget"],
        ["autoscaling/v2"] = ["HorizontalPodAutoscaler"],
        ["networking.k8s.io/v1"] = ["NetworkPolicy"],
        ["dapr.io/v1alpha1"] = ["Component", "Configuration", "Resiliency"],
    };

    static readonly string[] Core = ["v1"];
    static readonly string[] Verbs = ["get", "list", "create"];
    static readonly Dictionary<string, string> Owned = new(StringComparer.Ordinal) { ["app.kubernetes.io/managed-by"] = "Helm" };
    static readonly Dictionary<string, string> OfRelease = new(StringComparer.Ordinal) { ["meta.helm.sh/release-name"] = "doseline", ["meta.helm.sh/release-namespace"] = "doseline" };

    readonly WebApplication app;

    FakeApiServer(WebApplication app) => this.app = app;

    /// <summary>Address.</summary>
    public string Address => app.Urls.Single();

    /// <summary>Starts it.</summary>
    /// <param name="running">Deployments of the namespace <c>doseline</c> with their replicas.</param>
    public static async Task<FakeApiServer> StartAsync(Dictionary<string, int> running)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = builder.Build();
        server.MapGet("/version", () => new { major = "1", minor = "35", gitVersion = "v1.35.0" });
        server.MapGet("/api", () => new { kind = "APIVersions", versions = Core });
        server.MapGet("/apis", () => new
        {
            kind = "APIGroupList",
            apiVersion = "v1",
            groups = Kinds.Keys.Where(k => k is not "v1").Select(k => new { name = k.Split('/')[0], versions = new[] { new { groupVersion = k, version = k.Split('/')[1] } }, preferredVersion = new { groupVersion = k, version = k.Split('/')[1] } }),
        });
        foreach (var (version, kinds) in Kinds)
        {
            server.MapGet(version is "v1" ? "/api/v1" : $"/apis/{version}", () => new
            {
                kind = "APIResourceList",
                groupVersion = version,
                resources = kinds.Select(k => new { name = Plural(k), singularName = "", namespaced = true, kind = k, verbs = Verbs }),
            });
        }

        server.MapGet("/apis/apps/v1/namespaces/doseline/deployments/{name}", (string name) => running.TryGetValue(name, out var replicas)
            ? Results.Json(new { kind = "Deployment", apiVersion = "apps/v1", metadata = new { name, @namespace = "doseline", labels = Owned, annotations = OfRelease }, spec = new { replicas } }) : Nothing());
        server.MapFallback(Nothing);
        await server.StartAsync();
        return new FakeApiServer(server);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => app.DisposeAsync();

    static IResult Nothing() => Results.Json(new { kind = "Status", apiVersion = "v1", status = "Failure", reason = "NotFound", code = 404, message = "not there" }, statusCode: StatusCodes.Status404NotFound);

#pragma warning disable CA1308 // Names of resources are in lower case.
    static string Plural(string kind) => kind.EndsWith('y') ? $"{kind[..^1].ToLowerInvariant()}ies" : $"{kind.ToLowerInvariant()}s";
#pragma warning restore CA1308
}
