namespace Doseline.Cluster.Tests.Silos;

/// <summary>Where a process stands in the network.</summary>
/// <param name="Program">What is run: it, or what puts it into its place.</param>
/// <param name="Before">Arguments before its own.</param>
/// <param name="Address">Its address among silos.</param>
/// <param name="ProbeAddress">Address on which its probe port listens.</param>
/// <param name="ReachedAt">Address at which a test reaches that.</param>
sealed record NetworkPlace(string Program, IReadOnlyList<string> Before, string Address, string ProbeAddress, string ReachedAt)
{
    /// <summary>This machine's own network.</summary>
    public static NetworkPlace Here { get; } = new("dotnet", [], "127.0.0.1", "127.0.0.1", "127.0.0.1");
}
