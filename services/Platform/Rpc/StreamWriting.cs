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
