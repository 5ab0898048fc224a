using System.Globalization;

namespace Doseline.Cluster.Tests.Silos;

/// <summary>Two network namespaces with a line between them for silos, and one from each to this machine for a test; each line is of its own.</summary>
/// <remarks>Whoever is not root, or has no <c>ip</c>, can make none.</remarks>
sealed class Network : IAsyncDisposable
{
    // Addresses for documentation (RFC 5737): nobody has them.
    static readonly string[] AmongSilos = ["192.0.2.1", "192.0.2.2"];
    static readonly (string Here, string There)[] ToTest = [("198.51.100.1", "198.51.100.2"), ("203.0.113.1", "203.0.113.2")];

    readonly string[] names;

    Network(string[] names) => this.names = names;

    /// <summary>Why none can be made here; null where one can.</summary>
    public static string? Missing { get; } = !Environment.IsPrivilegedProcess ? "Only root can cut a network, so it is not cut here."
        : !File.Exists("/usr/sbin/ip") && !File.Exists("/sbin/ip") ? "There is no ip (iproute2) here, so no network is cut." : null;

    /// <summary>The two places.</summary>
    public IReadOnlyList<NetworkPlace> Places => [.. names.Select((name, i) => new NetworkPlace("ip", ["netns", "exec", name, "dotnet"], AmongSilos[i], "0.0.0.0", ToTest[i].There))];

    /// <summary>Makes it.</summary>
    public static async Task<Network> MakeAsync()
    {
        var run = Environment.ProcessId.ToString("x", CultureInfo.InvariantCulture);
        Network network = new([$"dsa{run}", $"dsb{run}"]);
        foreach (var name in network.names) await IpAsync($"netns add {name}");
        await IpAsync($"link add s0 netns {network.names[0]} type veth peer name s0 netns {network.names[1]}");
        for (var i = 0; i < 2; i++)
        {
            var (name, line) = (network.names[i], $"t{i}{run}");
            await IpAsync($"link add {line} type veth peer name t0 netns {name}");
            await IpAsync($"addr add {ToTest[i].Here}/30 dev {line}");
            await IpAsync($"link set {line} up");
            await IpAsync($"-n {name} addr add {ToTest[i].There}/30 dev t0");
            await IpAsync($"-n {name} addr add {AmongSilos[i]}/30 dev s0");
            foreach (var device in (string[])["lo", "t0", "s0"]) await IpAsync($"-n {name} link set {device} up");
        }

        return network;
    }

    /// <summary>Cuts the line between silos: what is under way on it is lost, and nobody is told.</summary>
    public Task CutAsync() => IpAsync($"-n {names[0]} link set s0 down");

    /// <summary>Heals it.</summary>
    public Task HealAsync() => IpAsync($"-n {names[0]} link set s0 up");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // With a namespace its lines go.
        foreach (var name in names) await IpAsync($"netns del {name}");
    }

    static async Task IpAsync(string arguments)
    {
        var (code, output, errors) = await Tool.RunAsync("ip", arguments.Split(' '));
        code.ShouldBe(0, $"ip {arguments}: {output}{errors}");
    }
}
