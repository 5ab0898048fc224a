namespace Doseline.Gateway.Front;

/// <summary>Settings of the gateway, section <c>Gateway</c>.</summary>
public sealed class GatewayOptions
{
    /// <summary>Name of the section.</summary>
    public const string Section = "Gateway";

    /// <summary>Seconds a unary call may take; a client's own deadline may be shorter.</summary>
    public double UnarySeconds { get; set; } = 30;

    /// <summary>Seconds a stream may last; the client then opens it again, with a token that is valid now.</summary>
    public double StreamSeconds { get; set; } = 3600;

    /// <summary>Largest request in bytes, before and after decompression; the services take no larger message.</summary>
    public int RequestBytesMax { get; set; } = Kernel.Hosting.PlatformHost.MessageBytesMax;

    /// <summary>Folder with the built console; a relative one lies beside the program.</summary>
    public string ConsoleFolder { get; set; } = "console";
}
