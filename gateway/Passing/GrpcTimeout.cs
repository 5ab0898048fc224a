using System.Globalization;

namespace Doseline.Gateway.Passing;

/// <summary>The header <c>grpc-timeout</c>: up to eight digits and a unit.</summary>
/// <remarks>https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md, "Timeout".</remarks>
public static class GrpcTimeout
{
    const int DigitsMax = 8;

    /// <summary>The client's own timeout, or the most there is when that is shorter, or when the client says none that can be read.</summary>
    public static TimeSpan AtMost(string? header, TimeSpan most) => Read(header) is { } asked && asked < most ? asked : most;

    /// <summary>A timeout in milliseconds.</summary>
    public static string Write(TimeSpan timeout) => string.Create(CultureInfo.InvariantCulture, $"{(long)Math.Ceiling(timeout.TotalMilliseconds)}m");

    static TimeSpan? Read(string? header)
    {
        if (header is not { Length: > 1 and <= DigitsMax + 1 } || !long.TryParse(header.AsSpan(0, header.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count)) return null;
        return header[^1] switch
        {
            'H' => TimeSpan.FromHours(count),
            'M' => TimeSpan.FromMinutes(count),
            'S' => TimeSpan.FromSeconds(count),
            'm' => TimeSpan.FromMilliseconds(count),
            'u' => TimeSpan.FromMicroseconds(count),
            'n' => TimeSpan.FromMicroseconds(count / 1000),
            _ => null,
        };
    }
}
