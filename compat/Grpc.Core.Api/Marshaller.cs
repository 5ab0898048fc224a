using System.Buffers;
using System.Text;

namespace Grpc.Core;

/// <summary>Where a message is written; a transport overrides what it supports.</summary>
public abstract class SerializationContext
{
    /// <summary>Ends the message with a payload made elsewhere; the context owns it from then on.</summary>
    /// <param name="payload">The whole message.</param>
    public virtual void Complete(byte[] payload) => throw Unsupported();

    /// <summary>A buffer to write the message into; end with <see cref="Complete()"/>.</summary>
    public virtual IBufferWriter<byte> GetBufferWriter() => throw Unsupported();

    /// <summary>Tells the length before the first byte is written, so that nothing need be copied.</summary>
    /// <param name="payloadLength">The exact length of the message in bytes.</param>
    public virtual void SetPayloadLength(int payloadLength) { }

    /// <summary>Ends the message written into the buffer.</summary>
    public virtual void Complete() => throw Unsupported();

    private static NotSupportedException Unsupported() =>
        new("This transport does not take messages in this way.");
}

/// <summary>Where a message is read from; a transport overrides what it supports.</summary>
public abstract class DeserializationContext
{
    /// <summary>Length of the message in bytes.</summary>
    public abstract int PayloadLength { get; }

    /// <summary>The message in an array of its own.</summary>
    public virtual byte[] PayloadAsNewBuffer() => throw Unsupported();

    /// <summary>The message in the transport's buffers, valid only until the deserializer returns.</summary>
    public virtual ReadOnlySequence<byte> PayloadAsReadOnlySequence() => throw Unsupported();

    private static NotSupportedException Unsupported() =>
        new("This transport does not give messages in this way.");
}

/// <summary>Turns messages of one type into bytes and back.</summary>
/// <typeparam name="T">The message.</typeparam>
public class Marshaller<T>
{
    /// <summary>A marshaller over byte arrays.</summary>
    /// <param name="serializer">From message to bytes.</param>
    /// <param name="deserializer">From bytes to message.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public Marshaller(Func<T, byte[]> serializer, Func<byte[], T> deserializer)
    {
        ArgumentNullException.ThrowIfNull(serializer);
        ArgumentNullException.ThrowIfNull(deserializer);
        Serializer = serializer;
        Deserializer = deserializer;
        ContextualSerializer = (message, context) => context.Complete(serializer(message));
        ContextualDeserializer = context => deserializer(context.PayloadAsNewBuffer());
    }

    /// <summary>A marshaller over the transport's own buffers.</summary>
    /// <param name="serializer">Writes a message into a context and completes it.</param>
    /// <param name="deserializer">Reads a message from a context.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public Marshaller(
        Action<T, SerializationContext> serializer, Func<DeserializationContext, T> deserializer)
    {
        ArgumentNullException.ThrowIfNull(serializer);
        ArgumentNullException.ThrowIfNull(deserializer);
        ContextualSerializer = serializer;
        ContextualDeserializer = deserializer;
        Serializer = message =>
        {
            var context = new ArrayContext();
            serializer(message, context);
            return context.Result;
        };
        Deserializer = bytes => deserializer(new ArrayPayload(bytes));
    }

    /// <summary>From message to bytes.</summary>
    public Func<T, byte[]> Serializer { get; }

    /// <summary>From bytes to message.</summary>
    public Func<byte[], T> Deserializer { get; }

    /// <summary>Writes a message into a context and completes it.</summary>
    public Action<T, SerializationContext> ContextualSerializer { get; }

    /// <summary>Reads a message from a context.</summary>
    public Func<DeserializationContext, T> ContextualDeserializer { get; }

    private sealed class ArrayContext : SerializationContext
    {
        private ArrayBufferWriter<byte>? _writer;
        private byte[]? _result;

        public byte[] Result =>
            _result ?? throw new InvalidOperationException("The serializer did not complete.");

        public override void Complete(byte[] payload) => _result = payload;

        public override IBufferWriter<byte> GetBufferWriter() => _writer ??= new ArrayBufferWriter<byte>();

        public override void Complete() => _result = _writer?.WrittenSpan.ToArray() ?? [];
    }

    private sealed class ArrayPayload(byte[] payload) : DeserializationContext
    {
        public override int PayloadLength => payload.Length;

        public override byte[] PayloadAsNewBuffer() => (byte[])payload.Clone();

        public override ReadOnlySequence<byte> PayloadAsReadOnlySequence() => new(payload);
    }
}

/// <summary>Makes marshallers without naming the message type.</summary>
public static class Marshallers
{
    /// <summary>Text as UTF-8.</summary>
    public static Marshaller<string> StringMarshaller { get; } =
        new(Encoding.UTF8.GetBytes, Encoding.UTF8.GetString);

    /// <summary>A marshaller over byte arrays.</summary>
    /// <param name="serializer">From message to bytes.</param>
    /// <param name="deserializer">From bytes to message.</param>
    /// <typeparam name="T">The message.</typeparam>
    public static Marshaller<T> Create<T>(Func<T, byte[]> serializer, Func<byte[], T> deserializer) =>
        new(serializer, deserializer);

    /// <summary>A marshaller over the transport's own buffers.</summary>
    /// <param name="serializer">Writes a message into a context and completes it.</param>
    /// <param name="deserializer">Reads a message from a context.</param>
    /// <typeparam name="T">The message.</typeparam>
    public static Marshaller<T> Create<T>(
        Action<T, SerializationContext> serializer, Func<DeserializationContext, T> deserializer) =>
        new(serializer, deserializer);
}
