using System.Text;
using Microsoft.AspNetCore.Http;

namespace Doseline.Sidecar;

/// <summary>Dapr's gRPC method for publishing, read and answered by hand: <c>dapr.proto.runtime.v1.Dapr/PublishEvent</c>.</summary>
/// <param name="Topic">Topic.</param>
/// <param name="Data">The envelope.</param>
/// <param name="ContentType">Its media type.</param>
/// <param name="TtlSeconds">How long a broker keeps it; empty where nothing was said.</param>
public sealed record PublishEvent(string Topic, byte[] Data, string ContentType, string TtlSeconds)
{
    /// <summary>Path of the method.</summary>
    public const string Path = "/dapr.proto.runtime.v1.Dapr/PublishEvent";

    const int FrameHeader = 5;

    /// <summary>Reads a call.</summary>
    public static async Task<PublishEvent> ReadAsync(HttpContext context)
    {
        using MemoryStream body = new();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        Dictionary<int, byte[]> fields = [];
        var ttl = "";
        foreach (var (field, value) in Fields(body.ToArray().AsMemory(FrameHeader)))
        {
            fields[field] = value;
            if (field != 5) continue;
            var entry = Fields(value).ToDictionary(e => e.Field, e => Encoding.UTF8.GetString(e.Value));
            if (entry.GetValueOrDefault(1) is "ttlInSeconds") ttl = entry.GetValueOrDefault(2) ?? "";
        }

        return new(Encoding.UTF8.GetString(fields[2]), fields.GetValueOrDefault(3) ?? [], Encoding.UTF8.GetString(fields.GetValueOrDefault(4) ?? []), ttl);
    }

    /// <summary>Answers a call.</summary>
    /// <param name="context">The call.</param>
    /// <param name="status">gRPC status; 0 is done.</param>
    /// <param name="message">What is said of it.</param>
    public static async Task AnswerAsync(HttpContext context, int status = 0, string message = "")
    {
        context.Response.ContentType = "application/grpc";
        if (status == 0) await context.Response.Body.WriteAsync(new byte[FrameHeader]);
        context.Response.AppendTrailer("grpc-status", status.ToString(System.Globalization.CultureInfo.InvariantCulture));
        context.Response.AppendTrailer("grpc-message", Uri.EscapeDataString(message));
    }

    // Every field of the request is text, bytes or a map of texts: length-delimited.
    static IEnumerable<(int Field, byte[] Value)> Fields(ReadOnlyMemory<byte> message)
    {
        for (var at = 0; at < message.Length;)
        {
            var field = Number(message.Span, ref at) >> 3;
            var length = Number(message.Span, ref at);
            yield return (field, message.Slice(at, length).ToArray());
            at += length;
        }
    }

    static int Number(ReadOnlySpan<byte> bytes, ref int at)
    {
        for (int value = 0, shift = 0; ; shift += 7)
        {
            var part = bytes[at++];
            value |= (part & 0x7F) << shift;
            if (part < 0x80) return value;
        }
    }
}
