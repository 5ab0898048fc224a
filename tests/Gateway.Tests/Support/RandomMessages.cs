using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Doseline.Gateway.Tests.Support;

/// <summary>Messages that nobody would write: the right fields with the wrong things in them, cut short, or no message at all.</summary>
sealed class RandomMessages(Random random)
{
    const int DepthMax = 4, RepeatedMax = 3;

    static readonly string[] Texts =
    [
        "", " ", "x", "0", "-1", "Lu-177", "Xx-999", "lei", "person:chance", "2026-02-30T25:61", "2026-11-27T10:00", "Mars/Olympus", "Europe/Amsterdam", "{}", "NaN", "null",
        "'; DROP TABLE audit; --", "../../etc/passwd", "<script>alert(1)</script>", "a\u0000b", "\u202Etxt.exe", "é\u0301💊", new('9', 70), new('A', 5000),
    ];

    static readonly string[] Words = ["\"", "null", "[]", "{}", "1e400", "-0", "\"\\ud800\"", "\"\\u0000\"", "true", "[[[[[[[[", "9007199254740993"];

    static readonly double[] Numbers = [0, -0.0, -1, 1, 1e-320, double.NaN, double.PositiveInfinity, double.NegativeInfinity, double.MaxValue, -7.4e9, 7.4e9, 1e30];

    static readonly long[] Counts = [0, 1, -1, 7, 1000, int.MaxValue, int.MinValue, long.MaxValue, long.MinValue, 1_795_000_000, 253_402_300_800];

    /// <summary>A message of that type on the wire, or what looks like one at first.</summary>
    public byte[] Bytes(MessageDescriptor type)
    {
        var bytes = Message(type, 0).ToByteArray();
        switch (random.Next(10))
        {
            case 0: return bytes[..random.Next(bytes.Length + 1)];
            case 1:
                random.NextBytes(bytes);
                return bytes;
            case 2 when bytes is not []:
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                return bytes;
            default: return bytes;
        }
    }

    /// <summary>A message of that type as JSON, or what looks like it at first.</summary>
    public byte[] Json(MessageDescriptor type)
    {
        var message = Message(type, 0);
        byte[] text;
        try
        {
            text = Encoding.UTF8.GetBytes(JsonFormatter.Default.Format(message));
        }
        catch (Exception none) when (none is InvalidOperationException or ArgumentException)
        {
            // An instant out of range has no JSON.
            text = Encoding.UTF8.GetBytes($"{{\"{type.Fields.InDeclarationOrder().FirstOrDefault()?.JsonName ?? "x"}\":{Pick(Words)}}}");
        }

        switch (random.Next(6))
        {
            case 0: return text[..random.Next(text.Length + 1)];
            case 1:
                text[random.Next(text.Length)] = (byte)random.Next(256);
                return text;
            case 2: return Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(text).Replace("\"", Pick(Words), StringComparison.Ordinal));
            default: return text;
        }
    }

    IMessage Message(MessageDescriptor type, int depth)
    {
        var message = type.Parser.ParseFrom(ByteString.Empty);
        foreach (var field in type.Fields.InDeclarationOrder())
        {
            if (field.IsMap || depth > DepthMax || random.Next(6) == 0) continue;
            if (!field.IsRepeated)
            {
                field.Accessor.SetValue(message, Value(field, depth));
                continue;
            }

            var list = (System.Collections.IList)field.Accessor.GetValue(message);
            for (var count = random.Next(RepeatedMax + 1); count > 0; count--) list.Add(Value(field, depth));
        }

        return message;
    }

    object Value(FieldDescriptor field, int depth) => field.FieldType switch
    {
        FieldType.String => field.Name is "request_id" ? $"chance-{random.NextInt64():x}" : Pick(Texts),
        FieldType.Bytes => ByteString.CopyFrom([(byte)random.Next(256), 0, 255]),
        FieldType.Double => Pick(Numbers),
        FieldType.Float => (float)Pick(Numbers),
        FieldType.Bool => random.Next(2) == 0,
        FieldType.Enum => Enum.ToObject(field.EnumType.ClrType, random.Next(-1, field.EnumType.Values.Count + 2)),
        FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32 => unchecked((int)Pick(Counts)),
        FieldType.UInt32 or FieldType.Fixed32 => unchecked((uint)Pick(Counts)),
        FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 => Pick(Counts),
        FieldType.UInt64 or FieldType.Fixed64 => unchecked((ulong)Pick(Counts)),
        FieldType.Message => Message(field.MessageType, depth + 1),
        _ => throw new NotSupportedException($"{field.FullName} is a {field.FieldType}."),
    };

    T Pick<T>(T[] of) => of[random.Next(of.Length)];
}
