using System.Globalization;
using System.Text;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Doseline.Platform.Rpc;

/// <summary>Refusals of gRPC calls before they are anybody's: a response of trailers only.</summary>
public static class GrpcFault
{
    /// <summary>Writes the refusal as the whole response.</summary>
    public static void Write(HttpContext context, RpcException fault)
    {
        context.Response.StatusCode = StatusCodes.Status200OK;
        context.Response.ContentType = "application/grpc";
        foreach (var (name, value) in Fields(fault)) context.Response.Headers[name] = value;
    }

    /// <summary>Status, message and details as gRPC sends them.</summary>
    public static IEnumerable<(string Name, string Value)> Fields(RpcException fault) =>
    [
        ("grpc-status", ((int)fault.StatusCode).ToString(CultureInfo.InvariantCulture)), ("grpc-message", Percent(fault.Status.Detail)),
        .. fault.Trailers.Where(t => t.IsBinary).Select(t => (t.Key, Convert.ToBase64String(t.ValueBytes))),
    ];

    // Percent encoding of what is not printable ASCII: PROTOCOL-HTTP2.md, "Status-Message".
    static string Percent(string text)
    {
        StringBuilder encoded = new();
        foreach (var b in Encoding.UTF8.GetBytes(text))
        {
            if (b is >= 0x20 and <= 0x7E and not (byte)'%') encoded.Append((char)b);
            else encoded.Append(CultureInfo.InvariantCulture, $"%{b:X2}");
        }

        return encoded.ToString();
    }
}
