using System.Globalization;
using System.Text.Json;
using Doseline.Kernel.Rules;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Doseline.Gateway.Connect;

/// <summary>Reads requests written as JSON. The library's parser decides; when it says no, every field at fault is found and named.</summary>
public sealed class JsonRequests(TypeRegistry types)
{
    const int DepthMax = 64;
    const int RefusalsMax = 50;

    // A name given twice means two things; no reader should have to guess which one the sender meant.
    static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = DepthMax };

    readonly JsonParser parser = new(JsonParser.Settings.Default.WithTypeRegistry(types));

    /// <summary>The request.</summary>
    /// <exception cref="Grpc.Core.RpcException">INVALID_ARGUMENT with every field at fault.</exception>
    public IMessage Read(ReadOnlyMemory<byte> body, MessageDescriptor type)
    {
        if (body.IsEmpty) throw ConnectFault.Refuse(Refusal.Invalid("request", "JSON_MALFORMED", "The body is empty; a request without fields is {}."));
        RequireText(body.Span);
        using var document = Parse(body);
        if (document.RootElement.ValueKind is not JsonValueKind.Object)
            throw ConnectFault.Refuse(Refusal.Invalid("request", "JSON_MALFORMED", $"The body is not a JSON object, but {Say(document.RootElement)}."));
        if (Try(document.RootElement.GetRawText(), type, out var message) is not { } reason) return message!;
        List<Refusal> refusals = [];
        Find(document.RootElement, type, "", refusals);
        throw ConnectFault.Refuse(refusals is [] ? [Refusal.Invalid("request", "JSON_MALFORMED", reason)] : refusals);
    }

    // Names and texts must be Unicode, as bytes and where they are escaped: half of a pair of surrogates is no character.
    static void RequireText(ReadOnlySpan<byte> body)
    {
        if (!System.Text.Unicode.Utf8.IsValid(body)) throw ConnectFault.Refuse(Refusal.Invalid("request", "TEXT_MALFORMED", "The body is not UTF-8."));
        Utf8JsonReader reader = new(body, new JsonReaderOptions { MaxDepth = DepthMax });
        try
        {
            while (reader.Read())
                if (reader.TokenType is JsonTokenType.PropertyName or JsonTokenType.String && reader.ValueIsEscaped) reader.GetString();
        }
        catch (InvalidOperationException)
        {
            throw ConnectFault.Refuse(Refusal.Invalid("request", "TEXT_MALFORMED", "A text of the body has half of a surrogate pair, which is no character.").With("byte", reader.TokenStartIndex));
        }
        catch (JsonException)
        {
            // Told below, with its place.
        }
    }

    static JsonDocument Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            return JsonDocument.Parse(body, Strict);
        }
        catch (JsonException fault)
        {
            throw ConnectFault.Refuse(Refusal.Invalid(fault.Path is { Length: > 0 } path ? path : "request", "JSON_MALFORMED", $"The body is not JSON: {fault.Message}")
                .With("line", fault.LineNumber + 1).With("byte_in_line", fault.BytePositionInLine));
        }
    }

    // Null when it can be read; otherwise why not.
    string? Try(string json, MessageDescriptor type, out IMessage? message)
    {
        message = null;
        try
        {
            message = parser.Parse(json, type);
            return null;
        }
        catch (Exception fault) when (fault is InvalidProtocolBufferException or InvalidJsonException or InvalidOperationException or FormatException or OverflowException or ArgumentException)
        {
            return fault.Message;
        }
    }

    void Find(JsonElement element, MessageDescriptor type, string path, List<Refusal> refusals)
    {
        if (refusals.Count >= RefusalsMax) return;
        if (IsWellKnown(type) || element.ValueKind is not JsonValueKind.Object)
        {
            if (Try(element.GetRawText(), type, out _) is not null) refusals.Add(Wrong(path, element, Expected(type)));
            return;
        }

        Dictionary<OneofDescriptor, string> chosen = [];
        foreach (var property in element.EnumerateObject())
        {
            if (refusals.Count >= RefusalsMax) return;
            var field = type.Fields.InDeclarationOrder().FirstOrDefault(f => f.JsonName == property.Name || f.Name == property.Name);
            var at = path.Length == 0 ? field?.Name ?? property.Name : $"{path}.{field?.Name ?? property.Name}";
            if (field is null)
            {
                refusals.Add(Refusal.Invalid(at, "FIELD_UNKNOWN", $"{type.Name} has no field {property.Name}.")
                    .With("message", type.FullName).With("known_fields", string.Join(',', type.Fields.InDeclarationOrder().Select(f => f.JsonName))));
                continue;
            }

            if (property.Value.ValueKind is JsonValueKind.Null) continue;
            if (field.RealContainingOneof is { } oneof && !chosen.TryAdd(oneof, field.Name))
                refusals.Add(Refusal.Invalid(at, "FIELD_EXCLUDED", $"{at} and {chosen[oneof]} exclude each other.").With("other_field", chosen[oneof]));
            FindIn(field, property.Value, at, refusals);
        }
    }

    void FindIn(FieldDescriptor field, JsonElement value, string path, List<Refusal> refusals)
    {
        if (field.IsMap && value.ValueKind is JsonValueKind.Object)
        {
            var entry = field.MessageType.FindFieldByNumber(2);
            foreach (var item in value.EnumerateObject())
            {
                if (refusals.Count >= RefusalsMax) return;
                if (entry.FieldType is FieldType.Message) Find(item.Value, entry.MessageType, $"{path}[{item.Name}]", refusals);
                else Check(field, $"{{{JsonSerializer.Serialize(item.Name)}:{item.Value.GetRawText()}}}", item.Value, $"{path}[{item.Name}]", refusals);
            }
        }
        else if (field.IsRepeated && !field.IsMap && value.ValueKind is JsonValueKind.Array)
        {
            var index = 0;
            foreach (var item in value.EnumerateArray())
            {
                if (refusals.Count >= RefusalsMax) return;
                var at = string.Create(CultureInfo.InvariantCulture, $"{path}[{index++}]");
                if (field.FieldType is FieldType.Message) Find(item, field.MessageType, at, refusals);
                else Check(field, $"[{item.GetRawText()}]", item, at, refusals);
            }
        }
        else if (field is { FieldType: FieldType.Message, IsRepeated: false })
        {
            Find(value, field.MessageType, path, refusals);
        }
        else
        {
            Check(field, value.GetRawText(), value, path, refusals);
        }
    }

    // The field alone in its message: the library, not a copy of its rules, says whether the value will do.
    void Check(FieldDescriptor field, string json, JsonElement value, string path, List<Refusal> refusals)
    {
        if (refusals.Count < RefusalsMax && Try($"{{{JsonSerializer.Serialize(field.JsonName)}:{json}}}", field.ContainingType, out _) is not null)
            refusals.Add(Wrong(path, value, Expected(field)));
    }

    static Refusal Wrong(string path, JsonElement value, string expected) =>
        Refusal.Invalid(path.Length == 0 ? "request" : path, "FIELD_MALFORMED", $"{path} takes {expected}, not {Say(value)}.").With("expected", expected);

    static string Say(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.Null => "null",
        _ => value.GetRawText() is { Length: > 60 } text ? string.Concat(text.AsSpan(0, 60), "…") : value.GetRawText(),
    };

    static bool IsWellKnown(MessageDescriptor type) => type.File.Package == "google.protobuf";

    static string Expected(MessageDescriptor type) => type.FullName switch
    {
        "google.protobuf.Timestamp" => "an instant such as \"2026-11-23T06:00:00Z\"",
        "google.protobuf.Duration" => "a span of seconds such as \"90s\"",
        "google.protobuf.FieldMask" => "field names separated by commas",
        _ => IsWellKnown(type) ? $"a {type.FullName}" : $"an object ({type.Name})",
    };

    static string Expected(FieldDescriptor field) => field.FieldType switch
    {
        _ when field.IsMap => "an object of keys and values",
        FieldType.String => "text",
        FieldType.Bool => "true or false",
        FieldType.Double or FieldType.Float => "a number",
        FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32 => "a whole number of 32 bits",
        FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 => "a whole number of 64 bits",
        FieldType.UInt32 or FieldType.Fixed32 or FieldType.UInt64 or FieldType.Fixed64 => "a whole number of at least 0",
        FieldType.Bytes => "bytes in base 64",
        FieldType.Enum => "one of " + string.Join(", ", field.EnumType.Values.Skip(1).Select(v => v.Name)),
        _ => field.IsRepeated ? "an array" : "an object",
    };
}
