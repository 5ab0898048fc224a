using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Doseline.Platform.Messaging.Dapr;

/// <summary>A fact as a CloudEvents 1.0 JSON envelope, and back.</summary>
/// <remarks>
/// The payload travels as <c>data_base64</c>: a sidecar or broker that writes JSON anew (orders keys, writes numbers its own way) would
/// otherwise change the bytes that <c>datahash</c> was made of. Extension attributes: <c>correlationid</c>, <c>causationid</c>,
/// <c>actor</c>, <c>datahash</c>, and <c>traceparent</c> of the distributed tracing extension.
/// </remarks>
public static class CloudEvents
{
    /// <summary>Media type of the envelope.</summary>
    public const string MediaType = "application/cloudevents+json";

    /// <summary>Writes a fact.</summary>
    public static byte[] Write(Fact fact)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("specversion", "1.0");
            json.WriteString("id", fact.Id);
            json.WriteString("source", fact.Source);
            json.WriteString("type", fact.Type);
            json.WriteString("subject", fact.Subject);
            json.WriteString("time", fact.Time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
            json.WriteString("datacontenttype", "application/json");
            json.WriteString("datahash", fact.DataHash);
            json.WriteString("correlationid", fact.CorrelationId);
            json.WriteString("causationid", fact.CausationId);
            json.WriteString("actor", fact.Actor);
            if (fact.TraceParent is not null) json.WriteString("traceparent", fact.TraceParent);
            json.WriteBase64String("data_base64", Encoding.UTF8.GetBytes(fact.Data));
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads an envelope.</summary>
    /// <param name="envelope">The JSON object; attributes that are not known are ignored.</param>
    /// <param name="fault">What is wrong with it; null when it was read.</param>
    /// <returns>The fact; null when a required attribute is missing or wrong.</returns>
    public static Fact? Read(JsonElement envelope, out string? fault)
    {
        fault = null;
        if (envelope.ValueKind is not JsonValueKind.Object)
        {
            fault = "The envelope is not a JSON object.";
            return null;
        }

        string[] required = ["specversion", "id", "source", "type", "subject", "time", "datahash", "correlationid", "causationid", "actor"];
        var missing = required.Where(name => Text(envelope, name) is null).ToList();
        if (missing is not [])
        {
            fault = $"The envelope lacks {string.Join(", ", missing)}.";
            return null;
        }

        if (Text(envelope, "specversion") is not "1.0") fault = $"CloudEvents {Text(envelope, "specversion")} is not understood; 1.0 is.";
        else if (!DateTimeOffset.TryParse(Text(envelope, "time"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _)) fault = "The envelope's time is no RFC 3339 instant.";
        var data = Data(envelope);
        if (data is null) fault ??= "The envelope has no data.";
        if (fault is not null) return null;
        return new Fact
        {
            Id = Text(envelope, "id")!,
            Source = Text(envelope, "source")!,
            Type = Text(envelope, "type")!,
            Subject = Text(envelope, "subject")!,
            Time = DateTimeOffset.Parse(Text(envelope, "time")!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).ToUniversalTime(),
            Data = data!,
            DataHash = Text(envelope, "datahash")!,
            CorrelationId = Text(envelope, "correlationid")!,
            CausationId = Text(envelope, "causationid")!,
            Actor = Text(envelope, "actor")!,
            TraceParent = Text(envelope, "traceparent") is { Length: > 0 } trace ? trace : null,
        };
    }

    static string? Data(JsonElement envelope)
    {
        if (envelope.TryGetProperty("data_base64", out var bytes))
            return bytes.ValueKind is JsonValueKind.String && bytes.TryGetBytesFromBase64(out var utf8) ? Encoding.UTF8.GetString(utf8) : null;
        return envelope.TryGetProperty("data", out var data) ? data.GetRawText() : null;
    }

    static string? Text(JsonElement envelope, string name) =>
        envelope.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;
}
