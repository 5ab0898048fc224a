using System.Net;
using Microsoft.Extensions.Configuration;

namespace Doseline.Platform.Hosting;

/// <summary>A setting that cannot be used; the message names it and says what it must be.</summary>
public sealed class SettingException(string message, Exception? cause = null) : InvalidOperationException(message, cause);

/// <summary>Reads settings; one that does not read is refused by name.</summary>
static class Settings
{
    /// <summary>An IP address to listen on.</summary>
    /// <exception cref="SettingException">It is none.</exception>
    public static IPAddress Address(this IConfiguration config, string key, string otherwise)
    {
        var text = config[key] ?? otherwise;
        return IPAddress.TryParse(text, out var address) ? address : throw new SettingException($"{key} is '{text}', which is no IP address.");
    }

    /// <summary>A port to listen on, 0 to 65535; 0 takes any that is free.</summary>
    /// <exception cref="SettingException">It is none.</exception>
    public static int Port(this IConfiguration config, string key, int otherwise)
    {
        if (config[key] is not { } text) return otherwise;
        return ushort.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var port) ? port : throw new SettingException($"{key} is '{text}', which is no port from 0 to {ushort.MaxValue}.");
    }
}
