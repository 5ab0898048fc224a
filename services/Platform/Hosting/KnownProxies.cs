using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Configuration;

namespace Doseline.Platform.Hosting;

/// <summary>Networks (CIDR, for example <c>10.42.0.0/16</c>) of load balancers and ingresses, <c>Ports:Proxies</c>, whose <c>X-Forwarded-For</c> and <c>X-Forwarded-Proto</c> are believed at the outer ports. None by default: then whoever connects is the client.</summary>
/// <remarks>Whoever counts what one source asks counts by the address of who sent it, and not by that of what stands between.</remarks>
static class KnownProxies
{
    /// <summary>Believes them; with nobody known nobody is believed, though the middleware would believe everybody.</summary>
    public static void Use(IApplicationBuilder outer, IConfiguration config)
    {
        if (config.GetSection("Ports:Proxies").Get<string[]>() is not [_, ..] networks) return;
        ForwardedHeadersOptions headers = new() { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto };
        headers.KnownProxies.Clear();
        headers.KnownIPNetworks.Clear();
        foreach (var network in networks) headers.KnownIPNetworks.Add(System.Net.IPNetwork.Parse(network));
        outer.UseForwardedHeaders(headers);
    }
}
