using System.Collections.Concurrent;
using System.Text.Json;
using Doseline.Kernel.Rules;
using Doseline.Platform.Rpc;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Doseline.Platform.Messaging;

/// <summary>How facts and stored messages are written: proto JSON, whose names are part of the contract.</summary>
public static class FactJson
{
    static readonly JsonParser Parser = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));
    static readonly ConcurrentDictionary<MessageDescriptor, bool> WithWords = new();

    /// <summary>Writes a message as proto JSON.</summary>
    public static string Write(IMessage message) => JsonFormatter.Default.Format(message);

    /// <summary>Reads a message, ignoring fields this version does not know.</summary>
    public static T Read<T>(string json) where T : class, IMessage<T>, new() => Parser.Parse<T>(json);

    /// <summary>Reads a message of a type known only at run time.</summary>
    public static IMessage Read(string json, MessageDescriptor type) => Parser.Parse(json, type);

    /// <summary>Reads a fact to act on: fields that this version does not know are ignored, words that it does not know are not.</summary>
    /// <remarks>The parser drops the name of an enum's value that a newer publisher added; a handler would then act on "unspecified".</remarks>
    /// <param name="json">The payload.</param>
    /// <param name="type">What it is said to be.</param>
    /// <param name="anyWord">True for who acts whatever a word says, and takes one that it does not know for unspecified.</param>
    /// <exception cref="FactUnreadableException">It is not of this type, holds what nothing can hold, or says a word that this version does not know.</exception>
    public static IMessage ReadFact(string json, MessageDescriptor type, bool anyWord = false)
    {
        try
        {
            var message = Parser.Parse(json, type);
            if (!anyWord && HasWords(type, []))
            {
                using var document = JsonDocument.Parse(json);
                RequireKnown(document.RootElement, type);
            }

            // What no request may hold, such as an activity that is no number, comes in by no fact either.
            List<Refusal> malformed = [];
            WellFormed.Check(message, malformed);
            if (anyWord) malformed.RemoveAll(m => m.Code == WellFormed.ValueUnknown);
            return malformed is [var first, ..] ? throw new FactUnreadableException($"The payload is no {type.FullName}: {first.Message}") : message;
        }
        catch (Exception fault) when (fault is InvalidProtocolBufferException or InvalidJsonException or JsonException)
        {
            throw new FactUnreadableException($"The payload is no {type.FullName}: {fault.Message}", fault);
        }
    }

    static bool HasWords(MessageDescriptor type, HashSet<MessageDescriptor> above) => WithWords.TryGetValue(type, out var known)
        ? known
        : above.Add(type) && (WithWords[type] = type.Fields.InDeclarationOrder().Any(f => f.FieldType is FieldType.Enum || f.FieldType is FieldType.Message && HasWords(f.MessageType, above)));

    static void RequireKnown(JsonElement json, MessageDescriptor type)
    {
        if (json.ValueKind is not JsonValueKind.Object) return;
        foreach (var property in json.EnumerateObject())
        {
            if (type.Fields.InDeclarationOrder().FirstOrDefault(f => f.JsonName == property.Name || f.Name == property.Name) is not { } field) continue;
            foreach (var value in property.Value.ValueKind is JsonValueKind.Array ? property.Value.EnumerateArray().AsEnumerable() : [property.Value])
            {
                if (field.FieldType is FieldType.Message) RequireKnown(value, field.MessageType);
                else if (field.FieldType is FieldType.Enum && value.ValueKind is JsonValueKind.String && field.EnumType.FindValueByName(value.GetString()!) is null)
                    throw new FactUnreadableException($"{type.FullName}.{field.Name} says {value.GetString()}, which this version does not know.");
            }
        }
    }
}

/// <summary>A fact cannot be read by this version; a later one may.</summary>
public sealed class FactUnreadableException(string message, Exception? inner = null) : Exception(message, inner);
