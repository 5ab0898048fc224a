using System.Globalization;

namespace Doseline.Cluster.Tests.Charts;

/// <summary>What the process in a rendered pod is told: the variables of its container, with what a cluster puts in their place.</summary>
/// <param name="Deployment">The rendered Deployment.</param>
sealed record Pod(Manifest Deployment)
{
    /// <summary>The ports of the sidecar, as its injector names them; a pod that it passed by has none.</summary>
    public (int Http, int Grpc)? Sidecar { get; init; } = (3500, 50001);

    /// <summary>Address of the pod.</summary>
    public string Address { get; init; } = "127.0.0.1";

    /// <summary>Looks a key of a secret up.</summary>
    public Func<string, string, string> Secret { get; init; } = (name, key) => $"{name}/{key}";

    /// <summary>Where the volumes lie that a container sees: by mount path.</summary>
    public Dictionary<string, string> Mounts { get; init; } = new(StringComparer.Ordinal);

    /// <summary>The service.</summary>
    public string Service => Deployment.Name;

    /// <summary>The variables.</summary>
    public Dictionary<string, string> Environment()
    {
        Dictionary<string, string> told = new(StringComparer.Ordinal);
        foreach (var variable in Deployment.List("spec", "template", "spec", "containers", "0", "env")) told.Add(variable.Text("name"), Mounted(ValueOf(variable)));
        if (Sidecar is not var (http, grpc)) return told;
        told.Add("DAPR_HTTP_PORT", http.ToString(CultureInfo.InvariantCulture));
        told.Add("DAPR_GRPC_PORT", grpc.ToString(CultureInfo.InvariantCulture));
        return told;
    }

    /// <summary>The variables as arguments of a command line, which say the same.</summary>
    /// <param name="without">Beginnings of names that are left out.</param>
    public string[] Arguments(params IReadOnlyList<string> without) =>
        [.. Environment().Where(v => !without.Any(w => v.Key.StartsWith(w, StringComparison.Ordinal))).Select(v => $"--{v.Key.Replace("__", ":", StringComparison.Ordinal)}={v.Value}")];

    string ValueOf(Manifest variable) => variable.At("valueFrom") is null ? variable.Text("value")
        : variable.At("valueFrom", "secretKeyRef") is not null ? Secret(variable.Text("valueFrom", "secretKeyRef", "name"), variable.Text("valueFrom", "secretKeyRef", "key"))
        : variable.Text("valueFrom", "fieldRef", "fieldPath") switch
        {
            "metadata.name" => $"{Service}-0",
            "status.podIP" => Address,
            "spec.nodeName" => "node",
            var path => throw new InvalidOperationException($"Nobody knows what {path} would be."),
        };

    string Mounted(string value) => Mounts.Where(m => value == m.Key || value.StartsWith(m.Key + "/", StringComparison.Ordinal)).Select(m => m.Value + value[m.Key.Length..]).FirstOrDefault(value);
}
