using System.Net;
using System.Threading.RateLimiting;

namespace Doseline.Identity.Oidc;

/// <summary>How many passwords one source may try at the door, whatever the names: a burst, then one every few seconds. Nothing of it is stored.</summary>
/// <remarks>By the machine's clock: it is the machine that it protects.</remarks>
sealed class SignInThrottle(IdentityOptions options) : IDisposable
{
    readonly PartitionedRateLimiter<string> sources = PartitionedRateLimiter.Create<string, string>(source => RateLimitPartition.GetTokenBucketLimiter(source, _ => new TokenBucketRateLimiterOptions
    {
        TokenLimit = options.TriesAtOnce, TokensPerPeriod = 1, ReplenishmentPeriod = options.TryEvery, QueueLimit = 0, AutoReplenishment = true,
    }));

    /// <summary>Whether the sender of a request may try now.</summary>
    public bool Admits(HttpContext context)
    {
        using var lease = sources.AttemptAcquire(SourceOf(context.Connection.RemoteIpAddress));
        return lease.IsAcquired;
    }

    /// <inheritdoc/>
    public void Dispose() => sources.Dispose();

    // Whoever has an address of IPv6 has 2 to the power of 64 of them.
    static string SourceOf(IPAddress? address)
    {
        if (address is null) return "";
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        var bytes = address.GetAddressBytes();
        return Convert.ToHexString(bytes, 0, bytes.Length == 16 ? 8 : bytes.Length);
    }
}
