using Grpc.Core;

namespace Doseline.Platform.Rpc;

/// <summary>Writing to a stream.</summary>
public static class StreamWriting
{
    static readonly WriteOptions Held = new(WriteFlags.BufferHint), Sent = new();

    /// <summary>Writes what is there already and sends it together: a screen that opens on a large day waits for a few packets, not for one an order.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="messages">Messages in their order; nothing happens when there are none.</param>
    /// <param name="cancel">Cancels.</param>
    public static async Task WriteAllAsync<T>(this IServerStreamWriter<T> stream, IReadOnlyList<T> messages, CancellationToken cancel)
    {
        for (var i = 0; i < messages.Count; i++)
        {
            stream.WriteOptions = i < messages.Count - 1 ? Held : Sent;
            await stream.WriteAsync(messages[i], cancel);
        }
    }
}

/// <summary>A stream on which nothing is written before something holds.</summary>
/// <param name="inner">The stream.</param>
/// <param name="require">Throws unless it holds.</param>
sealed class NarrowStream<T>(IServerStreamWriter<T> inner, Action require) : IServerStreamWriter<T>
{
    /// <inheritdoc/>
    public WriteOptions? WriteOptions
    {
        get => inner.WriteOptions;
        set => inner.WriteOptions = value;
    }

    /// <inheritdoc/>
    public Task WriteAsync(T message)
    {
        require();
        return inner.WriteAsync(message);
    }

    /// <inheritdoc/>
    public Task WriteAsync(T message, CancellationToken cancellationToken)
    {
        require();
        return inner.WriteAsync(message, cancellationToken);
    }
}
