using System.Buffers;
using System.Collections.Concurrent;
using Doseline.Kernel.Rules;
using Google.Protobuf;
using Orleans;
using Orleans.Serialization;
using Orleans.Serialization.Buffers;
using Orleans.Serialization.Cloning;
using Orleans.Serialization.Codecs;
using Orleans.Serialization.Serializers;
using Orleans.Serialization.WireProtocol;

namespace Doseline.Platform.Actors;

/// <summary>Refusals as they cross silos, so that the rules need know nothing of it.</summary>
[GenerateSerializer, Alias("doseline.Refused")]
public struct RefusedWire
{
    /// <summary>Every reason.</summary>
    [Id(0)]
    public RefusalWire[] Refusals { get; set; }
}

/// <summary>One refusal.</summary>
[GenerateSerializer, Alias("doseline.Refusal")]
public struct RefusalWire
{
    /// <summary>Its class, by name: a number would change its meaning when one is put in between.</summary>
    [Id(0)]
    public string Kind { get; set; }

    /// <summary>Code.</summary>
    [Id(1)]
    public string Code { get; set; }

    /// <summary>What it is about.</summary>
    [Id(2)]
    public string Subject { get; set; }

    /// <summary>For people.</summary>
    [Id(3)]
    public string Message { get; set; }

    /// <summary>Numbers and names.</summary>
    [Id(4)]
    public Dictionary<string, string> Numbers { get; set; }
}

/// <summary>Converts refusals.</summary>
[RegisterConverter]
public sealed class RefusedConverter : IConverter<RefusedException, RefusedWire>
{
    /// <inheritdoc/>
    public RefusedException ConvertFromSurrogate(in RefusedWire surrogate) =>
        new([.. surrogate.Refusals.Select(r => r.Numbers.Aggregate(new Refusal(Enum.Parse<RefusalKind>(r.Kind), r.Code, r.Subject, r.Message), (refusal, number) => refusal.With(number.Key, number.Value)))]);

    /// <inheritdoc/>
    public RefusedWire ConvertToSurrogate(in RefusedException value) => new()
    {
        Refusals = [.. value.Refusals.Select(r => new RefusalWire { Kind = r.Kind.ToString(), Code = r.Code, Subject = r.Subject, Message = r.Message, Numbers = new(r.Numbers, StringComparer.Ordinal) })],
    };
}

/// <summary>Protobuf messages as arguments and answers of actors: their own bytes between silos, a copy within one.</summary>
[Alias("doseline.protobuf")]
public sealed class ProtobufCodec : IGeneralizedCodec, IGeneralizedCopier, ITypeFilter
{
    static readonly ConcurrentDictionary<Type, MessageParser> Parsers = new();

    /// <inheritdoc/>
    public bool IsSupportedType(Type type) => type == typeof(ProtobufCodec) || typeof(IMessage).IsAssignableFrom(type) && !type.IsAbstract;

    /// <inheritdoc/>
    public bool? IsTypeAllowed(Type type) => typeof(IMessage).IsAssignableFrom(type) ? true : null;

    /// <inheritdoc/>
    public object? DeepCopy(object? input, CopyContext context)
    {
        if (input is not IMessage message) return null;
        if (context.TryGetCopy(input, out object? copy)) return copy;
        copy = message.Descriptor.Parser.ParseFrom(message.ToByteArray());
        context.RecordCopy(input, copy);
        return copy;
    }

    /// <inheritdoc/>
    public void WriteField<TBufferWriter>(ref Writer<TBufferWriter> writer, uint fieldIdDelta, Type? expectedType, object? value) where TBufferWriter : IBufferWriter<byte>
    {
        if (ReferenceCodec.TryWriteReferenceField(ref writer, fieldIdDelta, expectedType, value)) return;
        writer.WriteFieldHeader(fieldIdDelta, expectedType!, typeof(ProtobufCodec), WireType.TagDelimited);
        ReferenceCodec.MarkValueField(writer.Session);
        writer.WriteFieldHeaderExpected(0, WireType.LengthPrefixed);
        writer.Session.TypeCodec.WriteLengthPrefixed(ref writer, value!.GetType());
        var bytes = ((IMessage)value).ToByteArray();
        ReferenceCodec.MarkValueField(writer.Session);
        writer.WriteFieldHeaderExpected(1, WireType.LengthPrefixed);
        writer.WriteVarUInt32((uint)bytes.Length);
        writer.Write(bytes);
        writer.WriteEndObject();
    }

    /// <inheritdoc/>
    public object ReadValue<TInput>(ref Reader<TInput> reader, Field field)
    {
        if (field.IsReference) return ReferenceCodec.ReadReference(ref reader, field.FieldType!)!;
        var placeholder = ReferenceCodec.CreateRecordPlaceholder(reader.Session);
        Type? type = null;
        object? message = null;
        uint id = 0;
        while (true)
        {
            var header = reader.ReadFieldHeader();
            if (header.IsEndBaseOrEndObject) break;
            id += header.FieldIdDelta;
            ReferenceCodec.MarkValueField(reader.Session);
            switch (id)
            {
                case 0: type = reader.Session.TypeCodec.ReadLengthPrefixed(ref reader); break;
                case 1: message = ParserOf(type!).ParseFrom(reader.ReadBytes(reader.ReadVarUInt32())); break;
                default: reader.ConsumeUnknownField(header); break;
            }
        }

        ReferenceCodec.RecordObject(reader.Session, message, placeholder);
        return message!;
    }

    static MessageParser ParserOf(Type type) => Parsers.GetOrAdd(type, t => ((IMessage)Activator.CreateInstance(t)!).Descriptor.Parser);
}
