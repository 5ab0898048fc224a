using System.Collections;
using System.Globalization;
using Doseline.Common.V1;
using Doseline.Kernel.Rules;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace Doseline.Platform.Rpc;

/// <summary>
/// Refuses what protobuf lets through but nothing behind it can hold, before any api class sees it: instants and spans beyond their range,
/// enum numbers nobody defined, numbers that are infinite or none, activities without the instant they refer to, text with a NUL, which PostgreSQL cannot store, or that was not UTF-8, and lists that are too long. It looks no further once it
/// has found more than anybody reads, and takes a limited time whatever was sent.
/// </summary>
public static class WellFormed
{
    /// <summary>Code of an enum's number that nobody defined.</summary>
    public const string ValueUnknown = "VALUE_UNKNOWN";

    // google/protobuf/timestamp.proto: 0001-01-01T00:00:00Z to 9999-12-31T23:59:59.999999999Z.
    const long TimestampSecondsMin = -62_135_596_800;
    const long TimestampSecondsMax = 253_402_300_799;
    // google/protobuf/duration.proto: ten thousand years either way.
    const long DurationSecondsMax = 315_576_000_000;
    const int NanosMax = 999_999_999;
    // More than any request has a use for; the longest are lists of serials and of lines of an upload.
    const int ItemsMax = 10_000;
    // What a request may be refused for at once.
    const int RefusalsMax = 50;

    /// <summary>True when the instant is one: within the years 1 to 9999, with whole nanoseconds of one second.</summary>
    public static bool Holds(Timestamp sent) => sent.Seconds is >= TimestampSecondsMin and <= TimestampSecondsMax && sent.Nanos is >= 0 and <= NanosMax;

    /// <summary>True when the span is one: within ten thousand years, with seconds and nanoseconds of one sign.</summary>
    public static bool Holds(Duration sent) => sent.Seconds is >= -DurationSecondsMax and <= DurationSecondsMax && sent.Nanos is >= -NanosMax and <= NanosMax
        && (sent.Seconds == 0 || sent.Nanos == 0 || sent.Seconds > 0 == sent.Nanos > 0);

    /// <summary>Adds a refusal for every field, at any depth, that cannot be held.</summary>
    /// <param name="message">Request as parsed.</param>
    /// <param name="refusals">Collected reasons.</param>
    /// <param name="path">Field path of the message, with its dot; empty for the request itself.</param>
    public static void Check(IMessage message, List<Refusal> refusals, string path = "")
    {
        foreach (var field in message.Descriptor.Fields.InDeclarationOrder())
        {
            if (refusals.Count >= RefusalsMax) return;
            if (field.FieldType is not (FieldType.String or FieldType.Enum or FieldType.Message or FieldType.Double or FieldType.Float) && !field.IsRepeated) continue;
            switch (field.Accessor.GetValue(message))
            {
                case null: break;
                case ICollection { Count: > ItemsMax } many:
                    refusals.Add(Refusal.Invalid(path + field.Name, "LIST_TOO_LONG", $"{path}{field.Name} takes at most {ItemsMax} items, not {many.Count}.").With("limit_items", ItemsMax).With("items", many.Count));
                    break;
                case IDictionary map:
                    foreach (DictionaryEntry entry in map)
                    {
                        Value(field, entry.Key, $"{path}{field.Name}", refusals);
                        Value(field, entry.Value, $"{path}{field.Name}", refusals);
                    }

                    break;
                case IList list:
                    for (var i = 0; i < list.Count && refusals.Count < RefusalsMax; i++) Value(field, list[i], string.Create(CultureInfo.InvariantCulture, $"{path}{field.Name}[{i}]"), refusals);
                    break;
                case var value: Value(field, value, path + field.Name, refusals); break;
            }
        }
    }

    static void Value(FieldDescriptor field, object? value, string path, List<Refusal> refusals)
    {
        switch (value)
        {
            case string text when text.Contains('\0', StringComparison.Ordinal):
                refusals.Add(Refusal.Invalid(path, "TEXT_MALFORMED", $"{path} holds a NUL character."));
                break;
            // What the parser puts in place of bytes that are no UTF-8; nobody means it.
            case string text when text.Contains('\uFFFD', StringComparison.Ordinal):
                refusals.Add(Refusal.Invalid(path, "TEXT_MALFORMED", $"{path} holds U+FFFD, which stands for bytes that are no UTF-8."));
                break;
            case double number when !double.IsFinite(number):
                refusals.Add(Refusal.Invalid(path, "NUMBER_NOT_FINITE", $"{path} is no number: neither infinity nor what is no number measures anything."));
                break;
            case Timestamp instant when !Holds(instant):
                refusals.Add(Refusal.Invalid(path, "TIME_OUT_OF_RANGE", $"{path} is no instant of the years 1 to 9999.").With("seconds", instant.Seconds).With("nanos", instant.Nanos));
                break;
            case Duration span when !Holds(span):
                refusals.Add(Refusal.Invalid(path, "DURATION_OUT_OF_RANGE", $"{path} is no span within ten thousand years.").With("seconds", span.Seconds).With("nanos", span.Nanos));
                break;
            case System.Enum member when field.FieldType is FieldType.Enum && field.EnumType.FindValueByNumber(Convert.ToInt32(member, CultureInfo.InvariantCulture)) is null:
                refusals.Add(Refusal.Invalid(path, ValueUnknown, $"{path} has a number that {field.EnumType.Name} does not define.").With("number", Convert.ToInt32(member, CultureInfo.InvariantCulture)));
                break;
            case Timestamp or Duration: break;
            // Whatever a method does with it: an activity is one at an instant.
            case CalibratedActivity { ReferenceTime: null } activity:
                refusals.Add(Refusal.Invalid($"{path}.reference_time", "REFERENCE_TIME_MISSING", "An activity needs the instant at which it was, or will be, there.").With("nuclide", activity.Nuclide));
                Check(activity, refusals, path + ".");
                break;
            case IMessage nested: Check(nested, refusals, path + "."); break;
        }
    }
}
