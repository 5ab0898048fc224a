using System.Collections.Frozen;
using System.Globalization;
using Doseline.Common.V1;
using Doseline.Kernel.Rules;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Doseline.Platform.Messaging;

/// <summary>
/// The catalogue of what crosses a service's border (<c>protos/shared.csv</c>): each field of each fact with why it is shared, and each text with its kind
/// and its length at most, and what no reader can do without. A field that is not in it is not published, nor is a fact that lacks what is needed.
/// </summary>
public static class SharedFields
{
    const string Resource = "facts/shared.csv";

    /// <summary>A field of a fact.</summary>
    /// <param name="Fact">Full name of the message.</param>
    /// <param name="Field">Name of the field.</param>
    /// <param name="Kind">What kind of text: id, code, name, hash, text or document; retired for one that is not published any more; empty for what is no text.</param>
    /// <param name="Characters">Characters at most; 0 for what is no text.</param>
    /// <param name="Needed">True when the fact is nothing without it: it is not published where the field, or a part of it, is empty.</param>
    /// <param name="Why">Why it is shared.</param>
    public sealed record SharedField(string Fact, string Field, string Kind, int Characters, bool Needed, string Why);

    /// <summary>All of them, in the order of the catalogue.</summary>
    public static IReadOnlyList<SharedField> All { get; } = Read();

    static readonly FrozenDictionary<string, SharedField> ByName = All.ToFrozenDictionary(field => $"{field.Fact}.{field.Field}", StringComparer.Ordinal);
    static readonly FrozenSet<string> Facts = All.Select(field => field.Fact).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Every reason against publishing a fact: a field that is not in the catalogue, a text that is too long, one that is needed and empty. Messages of other makes are let be.</summary>
    public static IEnumerable<Refusal> Against(IMessage fact) => Facts.Contains(fact.Descriptor.FullName) ? Parts(fact, "") : [];

    static IEnumerable<Refusal> Parts(IMessage message, string path)
    {
        foreach (var field in message.Descriptor.Fields.InDeclarationOrder())
        {
            var name = $"{path}{field.Name}";
            if (!ByName.TryGetValue(field.FullName, out var shared))
            {
                yield return Refusal.State($"facts/{message.Descriptor.FullName}", "FIELD_NOT_SHARED", $"{field.FullName} is not in the catalogue of what is shared.").With("field", name);
                continue;
            }

            if (shared.Needed)
            {
                foreach (var lacking in Lacking(field, message, name))
                    yield return Refusal.State($"facts/{message.Descriptor.FullName}", "FACT_INCOMPLETE", $"{message.Descriptor.Name} is nothing without {lacking}.").With("field", lacking);
            }

            if (shared.Kind is "retired")
            {
                if (Texts(field, message).Any(text => text.Length > 0))
                    yield return Refusal.State($"facts/{message.Descriptor.FullName}", "FIELD_NOT_SHARED", $"{field.FullName} is not published any more.").With("field", name);
            }
            else if (shared.Characters > 0)
            {
                foreach (var text in Texts(field, message).Where(text => text.Length > shared.Characters))
                    yield return Refusal.Invalid(name, "TEXT_TOO_LONG", $"{name} has at most {shared.Characters} characters in a fact.").With("length", text.Length).With("length_max", shared.Characters);
            }
            else if (field.FieldType is FieldType.Message && Facts.Contains(field.MessageType.FullName))
            {
                var parts = field.IsRepeated ? ((System.Collections.IList)field.Accessor.GetValue(message)).Cast<IMessage>() : field.Accessor.GetValue(message) is IMessage one ? [one] : [];
                foreach (var refusal in parts.SelectMany(part => Parts(part, $"{name}."))) yield return refusal;
            }
        }
    }

    // The field where it is empty, or what of it is.
    static IEnumerable<string> Lacking(FieldDescriptor field, IMessage message, string name) => field.Accessor.GetValue(message) switch
    {
        null or "" or 0.0 => [name],
        CalibratedActivity part => CalibratedActivity.Descriptor.Fields.InDeclarationOrder().SelectMany(of => Lacking(of, part, $"{name}.{of.Name}")),
        _ => [],
    };

    static IEnumerable<string> Texts(FieldDescriptor field, IMessage message) =>
        field.IsRepeated ? ((System.Collections.IList)field.Accessor.GetValue(message)).Cast<string>() : [(string)field.Accessor.GetValue(message)];

    static List<SharedField> Read()
    {
        using StreamReader reader = new(typeof(SharedFields).Assembly.GetManifestResourceStream(Resource)!);
        reader.ReadLine();
        List<SharedField> fields = [];
        while (reader.ReadLine() is { } line)
        {
            // The last column may have commas.
            if (line.Split(',', 6) is not [var fact, var field, var kind, var characters, var needed, var why]) throw new FormatException($"{Resource}: '{line}' has not six columns.");
            fields.Add(new(fact, field, kind, characters is "" ? 0 : int.Parse(characters, CultureInfo.InvariantCulture), needed is "needed", why.Trim('"')));
        }

        return fields;
    }
}
