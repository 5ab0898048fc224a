using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Doseline.Platform.Messaging.Log;
using Google.Protobuf;
using Wire = Doseline.Facts.V1;

namespace Doseline.Platform.Messaging.Dapr;

/// <summary>A ring as a CloudEvents 1.0 JSON envelope, and back: a page of the publisher's log, signed over its bytes.</summary>
/// <remarks>
/// The page travels as <c>data_base64</c>: a sidecar or broker that writes JSON anew (orders keys, writes numbers its own way) would
/// otherwise change the bytes that were signed. Whoever else listens on the broker finds in it each fact with id, type, subject and time.
/// </remarks>
public static class Rings
{
    /// <summary>Media type of the envelope.</summary>
    public const string MediaType = "application/cloudevents+json";

    /// <summary>Most bytes of a page that comes along; a larger one is left to be read.</summary>
    public const int PageBytesMax = 64 * 1024;

    /// <summary>Writes a ring.</summary>
    /// <param name="publisher">Publishing service.</param>
    /// <param name="page">Page of its log.</param>
    /// <param name="time">Now (UTC).</param>
    /// <param name="seal">Signs.</param>
    public static byte[] Write(string publisher, FactPage page, DateTimeOffset time, PageSeal seal)
    {
        var bytes = page.ToWire(publisher).ToByteArray();
        if (bytes.Length > PageBytesMax) bytes = (page with { Facts = [] }).ToWire(publisher).ToByteArray();
        ArrayBufferWriter<byte> buffer = new(bytes.Length * 2);
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            json.WriteString("specversion", "1.0");
            json.WriteString("id", string.Create(CultureInfo.InvariantCulture, $"{publisher}/{page.After.Position}/{page.UpTo.Position}/{page.UpTo.FactId}"));
            json.WriteString("source", publisher);
            json.WriteString("type", Wire.ReadFactsResponse.Descriptor.FullName);
            json.WriteString("subject", page.UpTo.Position.ToString(CultureInfo.InvariantCulture));
            json.WriteString("time", time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
            json.WriteString("datacontenttype", "application/protobuf");
            json.WriteString("signature", seal.Sign(publisher, bytes));
            json.WriteBase64String("data_base64", bytes);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads the page of a ring.</summary>
    /// <param name="publisher">Service on whose topic it came.</param>
    /// <param name="envelope">What came, whatever it is.</param>
    /// <param name="seal">Checks the signature.</param>
    /// <returns>The page; null when there is none that its publisher signed.</returns>
    public static FactPage? Read(string publisher, ReadOnlyMemory<byte> envelope, PageSeal seal)
    {
        try
        {
            using var json = JsonDocument.Parse(envelope);
            if (Text(json.RootElement, "data_base64") is not { } data || !data.TryGetBytesFromBase64(out var bytes)) return null;
            if (!seal.Holds(publisher, bytes, Text(json.RootElement, "signature")?.GetString())) return null;
            var page = Wire.ReadFactsResponse.Parser.ParseFrom(bytes);
            return page.Service == publisher ? FactPage.From(page) : null;
        }
        catch (Exception junk) when (junk is JsonException or InvalidProtocolBufferException or FactLogException or FormatException)
        {
            return null;
        }
    }

    static JsonElement? Text(JsonElement json, string name) =>
        json.ValueKind is JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value : null;
}
