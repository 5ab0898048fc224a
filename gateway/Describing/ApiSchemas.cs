using System.Text.Json.Nodes;
using Google.Protobuf.Reflection;
using Microsoft.OpenApi;

namespace Doseline.Gateway.Describing;

/// <summary>Schemas of messages in the JSON form of protobuf (https://protobuf.dev/programming-guides/json/).</summary>
public sealed class ApiSchemas(ApiComments comments, OpenApiDocument document)
{
    const string WellKnown = "google.protobuf.";

    /// <summary>A reference to the schema of a message, which is added to the document with all it needs.</summary>
    public IOpenApiSchema Of(MessageDescriptor type, string? description = null)
    {
        if (Simple(type) is { } simple)
        {
            simple.Description = description;
            return simple;
        }

        Add(type.FullName, () => Message(type));
        return new OpenApiSchemaReference(type.FullName, document) { Description = description };
    }

    void Add(string name, Func<OpenApiSchema> make)
    {
        var schemas = (document.Components ??= new OpenApiComponents()).Schemas ??= new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal);
        // Named before it is made: messages may hold themselves.
        if (!schemas.TryAdd(name, new OpenApiSchema())) return;
        schemas[name] = make();
    }

    OpenApiSchema Message(MessageDescriptor type)
    {
        OpenApiSchema schema = new()
        {
            Type = JsonSchemaType.Object,
            Description = Text(comments.Of(type)),
            // What the contract does not know is refused.
            AdditionalPropertiesAllowed = false,
            Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal),
        };
        foreach (var field in type.Fields.InDeclarationOrder()) schema.Properties.Add(field.JsonName, Field(field));
        return schema;
    }

    IOpenApiSchema Field(FieldDescriptor field)
    {
        var description = Text(Said(field));
        if (field.IsMap) return new OpenApiSchema { Type = JsonSchemaType.Object, AdditionalProperties = Value(field.MessageType.FindFieldByNumber(2), null), Description = description };
        if (field.IsRepeated) return new OpenApiSchema { Type = JsonSchemaType.Array, Items = Value(field, null), Description = description };
        return Value(field, description);
    }

    string Said(FieldDescriptor field)
    {
        var said = comments.Of(field);
        return field.RealContainingOneof is { } oneof ? $"{said} Excludes {string.Join(", ", oneof.Fields.Where(f => f != field).Select(f => f.JsonName))}.".TrimStart() : said;
    }

    IOpenApiSchema Value(FieldDescriptor field, string? description)
    {
        if (field.FieldType is FieldType.Message or FieldType.Group) return Of(field.MessageType, description);
        if (field.FieldType is FieldType.Enum)
        {
            Add(field.EnumType.FullName, () => Enumeration(field.EnumType));
            return new OpenApiSchemaReference(field.EnumType.FullName, document) { Description = description };
        }

        var (type, format) = field.FieldType switch
        {
            FieldType.Bool => (JsonSchemaType.Boolean, null),
            FieldType.Double => (JsonSchemaType.Number, "double"),
            FieldType.Float => (JsonSchemaType.Number, "float"),
            FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32 => (JsonSchemaType.Integer, "int32"),
            FieldType.UInt32 or FieldType.Fixed32 => (JsonSchemaType.Integer, "uint32"),
            // As text, because JavaScript's numbers end at 2^53.
            FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 => (JsonSchemaType.String, "int64"),
            FieldType.UInt64 or FieldType.Fixed64 => (JsonSchemaType.String, "uint64"),
            FieldType.Bytes => (JsonSchemaType.String, "byte"),
            _ => (JsonSchemaType.String, (string?)null),
        };
        return new OpenApiSchema { Type = type, Format = format, Description = description };
    }

    OpenApiSchema Enumeration(EnumDescriptor type) => new()
    {
        Type = JsonSchemaType.String,
        Description = Text(string.Join('\n', [comments.Of(type), .. type.Values.Select(v => $"- {v.Name}: {comments.Of(v)}")])),
        Enum = [.. type.Values.Select(v => (JsonNode)v.Name)],
    };

    static OpenApiSchema? Simple(MessageDescriptor type) => type.FullName switch
    {
        WellKnown + "Timestamp" => new OpenApiSchema { Type = JsonSchemaType.String, Format = "date-time" },
        WellKnown + "Duration" => new OpenApiSchema { Type = JsonSchemaType.String, Pattern = @"^-?\d+(\.\d{1,9})?s$" },
        WellKnown + "FieldMask" => new OpenApiSchema { Type = JsonSchemaType.String },
        WellKnown + "Any" or WellKnown + "Struct" or WellKnown + "Empty" => new OpenApiSchema { Type = JsonSchemaType.Object },
        _ when type.FullName.StartsWith(WellKnown, StringComparison.Ordinal) => new OpenApiSchema(),
        _ => null,
    };

    static string? Text(string text) => text.Length == 0 ? null : text;
}
