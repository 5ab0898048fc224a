using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Doseline.Gateway.Connect;
using Doseline.Gateway.Front;
using Doseline.Gateway.Passing;
using Doseline.Kernel.Rules;
using Doseline.Platform.Rpc;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace Doseline.Gateway.Guards;

/// <summary>How much each client may ask: calls a second and open streams, by its account, or by its address when it has none.</summary>
public sealed class ClientLimits(FrontMethods methods, ConnectFault faults, IOptions<GatewayOptions> options) : IConfigureOptions<RateLimiterOptions>
{
    const string Anonymous = "anonymous";
    const string Person = "person";
    // Half of an address of version 6 is the subscriber's to choose.
    const int SubscriberBytes = 8;

    /// <inheritdoc/>
    public void Configure(RateLimiterOptions options)
    {
        options.GlobalLimiter = PartitionedRateLimiter.CreateChained(
            PartitionedRateLimiter.Create<HttpContext, string>(Calls), PartitionedRateLimiter.Create<HttpContext, string>(Streams));
        options.OnRejected = (rejected, _) => new ValueTask(RefuseAsync(rejected.HttpContext, rejected.Lease));
    }

    RateLimitPartition<string> Calls(HttpContext context)
    {
        var limit = LimitOf(context);
        return RateLimitPartition.GetTokenBucketLimiter(KeyOf(context), _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = limit.Burst, TokensPerPeriod = limit.PerSecond, ReplenishmentPeriod = TimeSpan.FromSeconds(1), QueueLimit = 0,
        });
    }

    RateLimitPartition<string> Streams(HttpContext context)
    {
        if (methods.Find(context.Request.Path) is not { Streams: true }) return RateLimitPartition.GetNoLimiter("");
        var limit = LimitOf(context);
        return RateLimitPartition.GetConcurrencyLimiter(KeyOf(context), _ => new ConcurrencyLimiterOptions { PermitLimit = limit.Streams, QueueLimit = 0 });
    }

    // Of several roles, the one that may ask most; a person's unless a role of theirs is named.
    LimitOptions LimitOf(HttpContext context)
    {
        var limits = options.Value.Limits;
        var caller = Visitor.Of(context).Caller;
        if (!caller.IsKnown) return limits[Anonymous];
        return caller.Roles.Select(limits.GetValueOrDefault).OfType<LimitOptions>().MaxBy(l => l.PerSecond) ?? limits[Person];
    }

    static string KeyOf(HttpContext context) => Visitor.Of(context).Caller is { IsKnown: true } caller ? caller.Subject : AddressOf(context.Connection.RemoteIpAddress);

    static string AddressOf(IPAddress? address)
    {
        if (address is null) return "";
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return address.AddressFamily is AddressFamily.InterNetworkV6 ? Convert.ToHexStringLower(address.GetAddressBytes().AsSpan(0, SubscriberBytes)) : address.ToString();
    }

    Task RefuseAsync(HttpContext context, RateLimitLease lease)
    {
        var limit = LimitOf(context);
        var ofCalls = lease.TryGetMetadata(MetadataName.RetryAfter, out var retry);
        var wait = Math.Max(1, Math.Ceiling(retry.TotalSeconds));
        var refusal = ofCalls
            ? new Refusal(RefusalKind.Overload, "RATE_LIMITED", "client", $"More than {limit.PerSecond} calls a second in the long run; wait and call again.")
                .With("limit_per_second", limit.PerSecond).With("limit_burst", limit.Burst).With("retry_seconds", wait)
            : new Refusal(RefusalKind.Overload, "STREAMS_LIMITED", "client", $"{limit.Streams} streams are open already; close one first.").With("limit_streams", limit.Streams);
        context.Response.Headers.RetryAfter = wait.ToString(CultureInfo.InvariantCulture);
        var fault = ConnectFault.Refuse(refusal);
        if (!PassThrough.IsGrpc(context)) return faults.WriteAsync(context, fault);
        GrpcFault.Write(context, fault);
        return Task.CompletedTask;
    }
}
