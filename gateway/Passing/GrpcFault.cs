using System.Globalization;
using System.Text;
using Grpc.Core;

namespace Doseline.Gateway.Passing;

/// <summary>The gateway's own refusals of gRPC calls: a response of trailers only.</summary>
public static class GrpcFault
{
    /// <summary>Writes the refusal as the whole response.</summary>
    public static void Write(HttpContext context, RpcException fault)
    {
        var headers = context.Response.Headers;
        context.Response.StatusCode = StatusCodes.Status200OK;
        context.Response.ContentType = "application/grpc";
        headers["grpc-status"] = ((int)fault.StatusCode).ToString(CultureInfo.InvariantCulture);
        headers["grpc-message"] = Percent(fault.Status.Detail);
        foreach (var trailer in fault.Trailers.Where(t => t.IsBinary)) headers[trailer.Key] = Convert.ToBase64String(trailer.ValueBytes);
    }

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
