using System.Security.Cryptography;
using System.Text;

namespace Doseline.Gateway.Front;

/// <summary>Where a call comes from, so that one that was captured is known when somebody else sends it again.</summary>
static class Origins
{
    /// <summary>A digest of the certificate that the connection shows, or, where it shows none, of the client's address.</summary>
    /// <returns>64 hexadecimal digits.</returns>
    public static string Of(HttpContext context) => Convert.ToHexStringLower(context.Connection.ClientCertificate is { } shown
        ? SHA256.HashData(shown.RawData)
        : SHA256.HashData(Encoding.UTF8.GetBytes($"address {context.Connection.RemoteIpAddress}")));
}
