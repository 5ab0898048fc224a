using System.Collections;
using System.Collections.Concurrent;
using System.Globalization;
using Doseline.Kernel.Decay;
using Doseline.Kernel.Rules;
using Doseline.Kernel.Units;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Doseline.Platform.Rpc;

/// <summary>
/// Codes of closed tables in a request, by the name of their field: a <c>unit</c>, and the version of nuclide data (<c>data_version</c>, <c>nuclide_data_version</c>). One that is in
/// no table is refused whatever the method does with it; none is guessed or mapped. Empty is the method's own business.
/// </summary>
public static class CodeFields
{
    // Fields that are such a code or lead to one; most requests have none.
    static readonly ConcurrentDictionary<MessageDescriptor, FieldDescriptor[]> Known = new();

    /// <summary>True for a field that carries such a code.</summary>
    public static bool Is(FieldDescriptor field) => field is { FieldType: FieldType.String, Name: "unit" or "data_version" or "nuclide_data_version" };

    /// <summary>Adds a refusal for every code that is in no table.</summary>
    /// <param name="message">Request.</param>
    /// <param name="refusals">Collected reasons.</param>
    /// <param name="prefix">Field path of the message, with its dot; empty for the request itself.</param>
    public static void Check(IMessage message, List<Refusal> refusals, string prefix = "")
    {
        foreach (var field in Known.GetOrAdd(message.Descriptor, Leading))
        {
            switch (field.Accessor.GetValue(message))
            {
                case IList list:
                    for (var i = 0; i < list.Count; i++) Value(field, list[i], string.Create(CultureInfo.InvariantCulture, $"{prefix}{field.Name}[{i}]"), refusals);
                    break;
                case var value:
                    Value(field, value, prefix + field.Name, refusals);
                    break;
            }
        }
    }

    static void Value(FieldDescriptor field, object? value, string path, List<Refusal> refusals)
    {
        if (value is IMessage nested) Check(nested, refusals, path + ".");
        if (value is not string { Length: > 0 } code) return;
        if (field.Name is "unit")
        {
            if (ReadingUnits.Against(code, path) is { } refusal) refusals.Add(refusal);
        }
        else if (NuclideData.ForVersion(code) is null)
        {
            refusals.Add(Refusal.Invalid(path, "DATA_VERSION_UNKNOWN", $"Nuclide data version '{code}' is not known.")
                .With("data_version", code).With("data_versions", string.Join(',', NuclideData.Versions)));
        }
    }

    static FieldDescriptor[] Leading(MessageDescriptor message) => [.. message.Fields.InDeclarationOrder().Where(field => Leads(field, []))];

    static bool Leads(FieldDescriptor field, HashSet<MessageDescriptor> passed) => !field.IsMap
        && (Is(field) || (field.FieldType is FieldType.Message && passed.Add(field.MessageType) && field.MessageType.Fields.InDeclarationOrder().Any(inner => Leads(inner, passed))));
}
