using System.Security.Claims;
using System.Security.Cryptography;
using Doseline.Platform.Auth;
using Doseline.Platform.Rpc;
using Grpc.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Doseline.Cluster.Tests.Rendered;

/// <summary>A pod that somebody took over: what is mounted there, and what can be made of it.</summary>
/// <param name="Service">The service.</param>
/// <param name="Folder">Its folder of keys.</param>
sealed record TakenOver(string Service, string Folder)
{
    /// <summary>Its keys.</summary>
    public KeyStore Keys { get; } = new(new ConfigurationBuilder().AddInMemoryCollection([new("Keys:Directory", Folder), new("Needs", "keys")]).Build());

    /// <summary>Every private key in the pod.</summary>
    public IReadOnlyList<ECDsa> Private { get; } = [.. Directory.EnumerateFiles(Folder, "*.pem").Select(file => Read(File.ReadAllText(file)))];

    /// <summary>Its own token.</summary>
    public async Task<string> TokenAsync() => await new InstallationTokens(Keys, TimeProvider.System, new ConfigurationBuilder().Build()).ForAsync(Service);

    /// <summary>Tokens for a subject, signed with each key of the pod, under each name that a token could give its maker.</summary>
    /// <param name="subject">Whom they claim to be.</param>
    /// <param name="issuers">Whom they claim to be from, beside the installation.</param>
    public IEnumerable<string> Forged(string subject, params IReadOnlyList<string> issuers) =>
        from key in Private
        from issuer in issuers.Append("doseline-installation").Append("doseline-development")
        from maker in new[] { Service, subject[(subject.IndexOf(':', StringComparison.Ordinal) + 1)..], "", null }
        from type in Types
        select new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = issuer, Audience = "doseline", TokenType = type, IssuedAt = DateTime.UtcNow, NotBefore = DateTime.UtcNow, Expires = DateTime.UtcNow.AddHours(1),
            Subject = new ClaimsIdentity([new Claim("sub", subject), new Claim("name", "Somebody"), new Claim("role", "qa"), new Claim("site", "*"), new Claim("grant", "qa@*")]),
            SigningCredentials = new SigningCredentials(new ECDsaSecurityKey(key) { KeyId = maker }, SecurityAlgorithms.EcdsaSha256),
        });

    /// <summary>Calls a method where the app itself listens, as if no sidecar stood before it.</summary>
    /// <param name="app">Channel to the app.</param>
    /// <param name="path">Method, <c>/package.Service/Method</c>.</param>
    /// <param name="request">Request.</param>
    /// <param name="headers">What goes with it.</param>
    public static async Task<(StatusCode Status, IReadOnlyList<string> Codes)> CallAsync(ChannelBase app, string path, byte[] request, Metadata headers)
    {
        var parts = path.Split('/');
        Method<byte[], byte[]> method = new(MethodType.Unary, parts[1], parts[2], Bytes, Bytes);
        try
        {
            await app.CreateCallInvoker().AsyncUnaryCall(method, null, new CallOptions(headers, DateTime.UtcNow.AddSeconds(30)), request);
            return (StatusCode.OK, []);
        }
        catch (RpcException fault)
        {
            return (fault.StatusCode, [.. RpcErrors.Read(fault).Select(r => r.Code)]);
        }
    }

    static readonly string[] Types = ["at+jwt", "JWT"];
    static readonly Marshaller<byte[]> Bytes = Marshallers.Create(static bytes => bytes, static bytes => bytes);

    static ECDsa Read(string pem)
    {
        var key = ECDsa.Create();
        key.ImportFromPem(pem);
        return key;
    }
}
