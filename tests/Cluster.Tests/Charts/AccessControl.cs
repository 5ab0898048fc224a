namespace Doseline.Cluster.Tests.Charts;

/// <summary>The access control that the chart renders, as sidecars apply it: what no operation allows is denied.</summary>
static class AccessControl
{
    /// <summary>Whether a callee's sidecar lets a caller's call pass.</summary>
    /// <param name="objects">What was rendered.</param>
    /// <param name="caller">App id of the caller.</param>
    /// <param name="callee">App id of the callee.</param>
    /// <param name="path">Path of the call.</param>
    public static bool Allows(IReadOnlyList<Manifest> objects, string caller, string callee, string path) =>
        objects.Single(o => o.Kind is "Configuration" && o.Name == $"doseline-{callee}").List("spec", "accessControl", "policies").Where(p => p.Text("appId") == caller)
            .SelectMany(p => p.List("operations")).Where(o => o.Text("action") == "allow").Select(o => o.Text("name"))
            .Any(name => name.EndsWith("/*", StringComparison.Ordinal) ? path.StartsWith(name[..^1], StringComparison.Ordinal) : path == name);
}
