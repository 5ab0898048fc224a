namespace Doseline.Gateway.Front;

/// <summary>Settings of the gateway, section <c>Gateway</c>.</summary>
public sealed class GatewayOptions
{
    /// <summary>Name of the section.</summary>
    public const string Section = "Gateway";

    /// <summary>Seconds a unary call may take; a client's own deadline may be shorter.</summary>
    public double UnarySeconds { get; set; } = 30;

    /// <summary>Seconds a stream may last; the client then opens it again, with a token that is valid now. As long as an access token, so that a lost right ends it too.</summary>
    public double StreamSeconds { get; set; } = 300;

    /// <summary>Largest request in bytes, before and after decompression; the services take no larger message.</summary>
    public int RequestBytesMax { get; set; } = Platform.Hosting.PlatformHost.MessageBytesMax;

    /// <summary>Folder with the built console; a relative one lies beside the program.</summary>
    public string ConsoleFolder { get; set; } = "console";

    /// <summary>Other sites by id, each with a platform of its own; calls for a site that is not among them are answered here.</summary>
    public Dictionary<string, SiteOptions> Sites { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Partners that are bound to a client certificate, by a name of your choice.</summary>
    public Dictionary<string, PartnerOptions> Partners { get; init; } = new(StringComparer.Ordinal);

    /// <summary>How much a client may ask, by role; <c>anonymous</c> and <c>person</c> are for callers without a token and without a role named here.</summary>
    public Dictionary<string, LimitOptions> Limits { get; init; } = new(StringComparer.Ordinal)
    {
        // A browser's first visit, and sign-in; the identity service has a lock of its own against guessing.
        ["anonymous"] = new() { PerSecond = 20, Burst = 200, Streams = 4 },
        ["person"] = new() { PerSecond = 100, Burst = 400, Streams = 64 },
        ["partner"] = new() { PerSecond = 20, Burst = 100, Streams = 16 },
    };
}

/// <summary>Another site, reached by the partners' port of its own gateway.</summary>
public sealed class SiteOptions
{
    /// <summary>Address, for example <c>https://doseline.nj.example:8081</c>.</summary>
    public required Uri Address { get; set; }

    /// <summary>SHA-256 of the public key (SPKI) that its certificate must have, in base 64; null trusts what the machine trusts.</summary>
    public string? Pin { get; set; }
}

/// <summary>An account that must show a client certificate.</summary>
public sealed class PartnerOptions
{
    /// <summary>Subject of its tokens.</summary>
    public required string Subject { get; set; }

    /// <summary>SHA-256 fingerprints of its certificates, in hexadecimal; any one of them will do, so that one can follow another.</summary>
    public string[] Certificates { get; set; } = [];
}

/// <summary>How much one client may ask.</summary>
public sealed class LimitOptions
{
    /// <summary>Calls a second, in the long run.</summary>
    public int PerSecond { get; set; } = 100;

    /// <summary>Calls at once after a rest.</summary>
    public int Burst { get; set; } = 400;

    /// <summary>Streams open at a time.</summary>
    public int Streams { get; set; } = 64;
}
