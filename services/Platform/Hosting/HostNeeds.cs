using Doseline.Platform.Auth;
using Microsoft.Extensions.Configuration;

namespace Doseline.Platform.Hosting;

/// <summary>
/// What a host cannot do its work without, as whoever starts it says in the setting <c>Needs</c>: a host that was told so and misses something
/// says all of it and does not start. Where nothing is said, as on a laptop, what is missing is replaced: one process, files, keys of its own.
/// </summary>
static class HostNeeds
{
    /// <summary>Setting: words of this class, with commas between.</summary>
    public const string Setting = "Needs";

    /// <summary>A Dapr sidecar beside the process, and the tokens by which the two know each other.</summary>
    public const string Sidecar = "sidecar";

    /// <summary>The service's own keys, in <c>Keys:Directory</c>; none is made.</summary>
    public const string Keys = "keys";

    /// <summary>Who issues people's tokens, and where they sign in.</summary>
    public const string Issuer = "issuer";

    /// <summary>Time servers, or the word that nobody watches the clock on purpose: <c>Clock:Unwatched</c>.</summary>
    public const string Clock = "clock";

    /// <summary>A PostgreSQL database of each service that has one.</summary>
    public const string Database = "database";

    /// <summary>The address at which the silos of other replicas reach this one.</summary>
    public const string Cluster = "cluster";

    /// <summary>The certificate by which silos know each other.</summary>
    public const string ClusterTls = "cluster-tls";

    static readonly string[] SignInServices = ["identity", "gateway"];

    /// <summary>Whether something was said to be needed.</summary>
    public static bool Has(IConfiguration config, string need) => Said(config).Contains(need, StringComparer.Ordinal);

    /// <summary>Says what is missing.</summary>
    /// <param name="config">Settings.</param>
    /// <param name="hosted">Services of this process.</param>
    /// <param name="databases">Those of them that have a database.</param>
    /// <exception cref="SettingException">Something is.</exception>
    public static void Require(IConfiguration config, IReadOnlyList<string> hosted, IEnumerable<string> databases)
    {
        List<string> missing = [.. Said(config).SelectMany(need => need switch
        {
            Sidecar => Unset(config, "DAPR_HTTP_PORT", "no sidecar was put beside this process").Concat(Unset(config, "DAPR_GRPC_PORT", "no sidecar was put beside this process"))
                .Concat(Unset(config, "DAPR_API_TOKEN", "the sidecar would take nothing from this process")).Concat(Unset(config, "APP_API_TOKEN", "the sidecar could not be told from anyone else")),
            Keys => Directory.Exists(config["Keys:Directory"]) ? Unheld(config, hosted) : [$"Keys:Directory is {Named(config["Keys:Directory"])}, and no such folder is there: nothing could be signed."],
            Issuer => Unset(config, "Issuers:0:Authority", "nobody's token could be checked").Concat(hosted.Any(SignInServices.Contains) && config["Gateway:SignIn:Authority"] is not { Length: > 0 }
                ? Unset(config, "Identity:Issuer", "nobody could sign in") : []),
            Clock => config.GetValue("Clock:Unwatched", false) ? [] : Unset(config, "Clock:Servers:0", "nobody would know whether the clock is right"),
            Database => databases.Where(service => config.GetConnectionString(service)?.Contains("Host=", StringComparison.OrdinalIgnoreCase) is not true)
                .Select(service => $"ConnectionStrings:{service} names no PostgreSQL database: what is kept would be gone with the pod."),
            Cluster => Unset(config, "Cluster:Address", "the actors of other replicas could not be reached"),
            ClusterTls => Unset(config, "Cluster:Tls:Certificate", "silos would take whoever reaches their port"),
            _ => [$"{Setting} names {need}, which nobody knows."],
        })];
        if (missing is not []) throw new SettingException(string.Join('\n', missing));
    }

    static string[] Said(IConfiguration config) => (config[Setting] ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    static IEnumerable<string> Unset(IConfiguration config, string key, string so) => config[key] is { Length: > 0 } ? [] : [$"{key} is not set: {so}."];

    static IEnumerable<string> Unheld(IConfiguration config, IReadOnlyList<string> hosted) =>
        hosted.SelectMany(KeyStore.OwnOf).Where(name => !new KeyStore(config).Has(name)).Select(name => $"Keys:Directory holds no {name}.pem: the service could not sign in its own name.");

    static string Named(string? folder) => folder is { Length: > 0 } ? folder : "not set";
}
