using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Google.Protobuf;

namespace Doseline.Platform.Messaging;

/// <summary>Something that happened, in a CloudEvents 1.0 envelope, as it stands in its publisher's log.</summary>
public sealed record Fact
{
    /// <summary>CloudEvents id; a listener handles each id once.</summary>
    public required string Id { get; init; }

    /// <summary>Place in its publisher's log, from 1, without a gap and in the order of commits; 0 until it is committed.</summary>
    public long Position { get; init; }

    /// <summary>Publishing service, for example <c>orders</c>; also the topic.</summary>
    public required string Source { get; init; }

    /// <summary>Proto full name, for example <c>doseline.orders.v1.OrderAccepted</c>.</summary>
    public required string Type { get; init; }

    /// <summary>Identifier of the thing the fact is about; facts of one subject stay in order.</summary>
    public required string Subject { get; init; }

    /// <summary>Its how-manieth of its type about its subject, from 1; 0 until it is committed, and for what was published before they were counted.</summary>
    public long Sequence { get; init; }

    /// <summary>
    /// What it says in the words of the business: of what, what was done, and for which time. The same whatever id it travels under, so that an
    /// operation that is told again under another id is known by it. Null for what was published before they were counted.
    /// </summary>
    [JsonIgnore]
    public string? Key => Sequence == 0 ? null : $"{Type}/{Subject}/{Sequence}";

    /// <summary>When it happened (UTC); never before the fact that stands before it in the log, whatever the clocks of those who wrote them.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Proto JSON of the message.</summary>
    public required string Data { get; init; }

    /// <summary>Lower-case hex SHA-256 of <see cref="Data"/> as UTF-8; a receiver compares it before it acts.</summary>
    public required string DataHash { get; init; }

    /// <summary>Id of the request or the first fact that all that follows goes back to.</summary>
    public required string CorrelationId { get; init; }

    /// <summary>Id of the request or fact that directly caused this one.</summary>
    public required string CausationId { get; init; }

    /// <summary>Who did it: the subject of the caller's token, or a service account.</summary>
    public required string Actor { get; init; }

    /// <summary>W3C trace context of the publisher; null when there was none.</summary>
    public string? TraceParent { get; init; }

    /// <summary>True when <see cref="DataHash"/> is the hash of <see cref="Data"/>.</summary>
    public bool IsIntact => string.Equals(DataHash, HashOf(Data), StringComparison.Ordinal);

    /// <summary>Lower-case hex SHA-256 of a payload as UTF-8.</summary>
    public static string HashOf(string data) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(data)));

    /// <summary>What a receiver's record keeps of where it came from: source, type, time, actor and payload hash, as published.</summary>
    [JsonIgnore]
    public string OriginJson => JsonSerializer.Serialize(
        new { source = Source, type = Type, time = Time.UtcDateTime, actor = Actor, dataHash = DataHash }, OriginForm);

    static readonly JsonSerializerOptions OriginForm = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Reads the payload; unknown fields of a newer publisher are ignored.</summary>
    public T Read<T>() where T : class, IMessage<T>, new() => FactJson.Read<T>(Data);

    /// <summary>Largest payload, in bytes of UTF-8: a larger one would fit into no page.</summary>
    public const int DataBytesMax = 256 * 1024;
}
