using System.Globalization;
using Doseline.Kernel.Rules;
using Grpc.Core;

namespace Doseline.Platform.Rpc;

/// <summary>The header <c>grpc-timeout</c>: up to eight digits and a unit. What is over when it comes is <em>now</em>, not <em>never</em>.</summary>
/// <remarks>
/// https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md, "Timeout". Read here as well as by the library, to which nothing, and less than a tick, means
/// no limit at all.
/// </remarks>
public static class GrpcTimeout
{
    const int DigitsMax = 8;
    const long NanosOfTick = 100;

    /// <summary>Name of the header.</summary>
    public const string Header = "grpc-timeout";

    /// <summary>How long the caller waits; null when the header is not there.</summary>
    /// <param name="header">As it came.</param>
    /// <param name="service">Service that is called, or that passes the call on.</param>
    /// <exception cref="RpcException">DEADLINE_EXCEEDED when that is over already; INVALID_ARGUMENT when it cannot be read.</exception>
    public static TimeSpan? Read(string? header, string service)
    {
        if (header is null) return null;
        if (header.Length is < 2 or > DigitsMax + 1 || !long.TryParse(header.AsSpan(0, header.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count) || SpanOf(header[^1], count) is not { } span)
            throw RpcErrors.Exception(service, [Refusal.Invalid(Header, "TIMEOUT_MALFORMED", $"{Header} is a whole number of at most {DigitsMax} digits and one of the units H, M, S, m, u, n.")]);
        return span > TimeSpan.Zero ? span : throw new RpcException(new Status(StatusCode.DeadlineExceeded, "The time of the call was over when it came; nothing was changed."));
    }

    /// <summary>A timeout in milliseconds.</summary>
    public static string Write(TimeSpan timeout) => string.Create(CultureInfo.InvariantCulture, $"{(long)Math.Ceiling(timeout.TotalMilliseconds)}m");

    static TimeSpan? SpanOf(char unit, long count) => unit switch
    {
        'H' => TimeSpan.FromHours(count),
        'M' => TimeSpan.FromMinutes(count),
        'S' => TimeSpan.FromSeconds(count),
        'm' => TimeSpan.FromMilliseconds(count),
        'u' => TimeSpan.FromMicroseconds(count),
        'n' => TimeSpan.FromTicks(count / NanosOfTick),
        _ => null,
    };
}
