using System.Security.Cryptography;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Doseline.Platform.Auth;

/// <summary>Authentication schemes of packages, for the few pages that need one. They stand at those pages alone: every other request is spared their work.</summary>
public static class Schemes
{
    // WebApplication looks for this before it puts every scheme in front of every request.
    const string MiddlewareSet = "__AuthenticationMiddlewareSet";

    /// <summary>Lets schemes be added. What they seal is sealed by <see cref="SealedProtection"/>, so no ring of keys is made, or written to a folder of the user's.</summary>
    public static AuthenticationBuilder AddSchemes(this IServiceCollection services)
    {
        var builder = services.AddAuthentication();
        if (services.FirstOrDefault(s => s.ServiceType == typeof(IHostedService) && s.ImplementationType?.Name is "DataProtectionHostedService") is { } ring) services.Remove(ring);
        return builder;
    }

    /// <summary>Gives a request to a scheme that answers requests by itself.</summary>
    /// <returns>True when it was answered.</returns>
    public static async Task<bool> AnsweredByAsync(this HttpContext context, string scheme) =>
        await context.RequestServices.GetRequiredService<IAuthenticationHandlerProvider>().GetHandlerAsync(context, scheme) is IAuthenticationRequestHandler handler && await handler.HandleRequestAsync();

    internal static void KeepFromEveryRequest(IApplicationBuilder app) => app.Properties[MiddlewareSet] = true;
}

/// <summary>Data protection with a key of this installation, which all replicas have, in place of a ring of keys that each would make.</summary>
public sealed class SealedProtection : IDataProtector
{
    readonly SealedBox box;
    readonly string purpose;

    /// <summary>Seals with the key of that name.</summary>
    public SealedProtection(KeyStore keys, string keyName) : this(new SealedBox(keys, keyName), "")
    {
    }

    SealedProtection(SealedBox box, string purpose) => (this.box, this.purpose) = (box, purpose);

    /// <inheritdoc/>
    public IDataProtector CreateProtector(string purpose) => new SealedProtection(box, $"{this.purpose}\n{purpose}");

    /// <inheritdoc/>
    public byte[] Protect(byte[] plaintext) => box.Seal(plaintext, purpose);

    /// <inheritdoc/>
    public byte[] Unprotect(byte[] protectedData) => box.Open(protectedData, purpose) ?? throw new CryptographicException("What was to be opened was not sealed here.");
}
