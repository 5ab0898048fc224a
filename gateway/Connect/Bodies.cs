using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using Doseline.Kernel.Rules;
using Grpc.Core;

namespace Doseline.Gateway.Connect;

/// <summary>Reads request bodies within a limit, compressed or not, and frames the messages of a stream.</summary>
/// <remarks>Compression is taken but not given: answers that hold secrets beside what a stranger chose must not be compressed over TLS.</remarks>
public static class Bodies
{
    /// <summary>Bytes before each message of a stream: one of flags, four of length.</summary>
    public const int PrefixBytes = 5;

    const byte CompressedFlag = 1;
    const byte EndFlag = 2;
    const string Identity = "identity";
    const string Gzip = "gzip";

    /// <summary>A whole body.</summary>
    /// <param name="body">Stream.</param>
    /// <param name="encoding">Content coding; null or empty for none.</param>
    /// <param name="bytesMax">Limit before and after decompression.</param>
    /// <param name="cancel">Cancels.</param>
    /// <exception cref="RpcException">UNIMPLEMENTED for another coding than gzip; RESOURCE_EXHAUSTED when it is too large.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(Stream body, string? encoding, int bytesMax, CancellationToken cancel)
    {
        RequireKnown(encoding);
        var read = await ReadToEndAsync(body, bytesMax, cancel);
        return encoding == Gzip ? await UnzipAsync(read, bytesMax, cancel) : read;
    }

    /// <summary>The one message of a server stream's request.</summary>
    /// <exception cref="RpcException">As for <see cref="ReadAsync"/>, and INVALID_ARGUMENT when the frame is broken or not alone.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadFrameAsync(Stream body, string? encoding, int bytesMax, CancellationToken cancel)
    {
        RequireKnown(encoding);
        var read = await ReadToEndAsync(body, bytesMax + PrefixBytes, cancel);
        if (read.Length < PrefixBytes || BinaryPrimitives.ReadUInt32BigEndian(read.Span[1..]) != read.Length - PrefixBytes)
            throw ConnectFault.Refuse(Refusal.Invalid("request", "FRAME_MALFORMED", "The body is not exactly one message with its five bytes of flags and length."));
        if ((read.Span[0] & ~CompressedFlag) != 0)
            throw ConnectFault.Refuse(Refusal.Invalid("request", "FRAME_MALFORMED", "The message is marked with flags that a request does not have; only that it is compressed can be said.").With("flags", read.Span[0]));
        var compressed = (read.Span[0] & CompressedFlag) != 0;
        if (compressed && encoding != Gzip)
            throw ConnectFault.Refuse(Refusal.Invalid("request", "FRAME_MALFORMED", "The message is marked as compressed, but Connect-Content-Encoding names no coding."));
        return compressed ? await UnzipAsync(read[PrefixBytes..], bytesMax, cancel) : read[PrefixBytes..];
    }

    /// <summary>Writes one message of a stream, or its end.</summary>
    public static void WriteFrame(IBufferWriter<byte> output, ReadOnlyMemory<byte> message, bool end)
    {
        var prefix = output.GetSpan(PrefixBytes);
        prefix[0] = end ? EndFlag : (byte)0;
        BinaryPrimitives.WriteUInt32BigEndian(prefix[1..], (uint)message.Length);
        output.Advance(PrefixBytes);
        output.Write(message.Span);
    }

    static void RequireKnown(string? encoding)
    {
        if (encoding is not (null or "" or Identity or Gzip))
            throw ConnectFault.RefuseAs(StatusCode.Unimplemented, Refusal.Invalid("content-encoding", "CODING_UNKNOWN", $"The content coding is not known; send {Identity} or {Gzip}."));
    }

    static async Task<ReadOnlyMemory<byte>> UnzipAsync(ReadOnlyMemory<byte> packed, int bytesMax, CancellationToken cancel)
    {
        if (packed.IsEmpty) return packed;
        try
        {
            await using GZipStream unzip = new(new MemoryStream(packed.ToArray()), CompressionMode.Decompress);
            return await ReadToEndAsync(unzip, bytesMax, cancel);
        }
        catch (InvalidDataException)
        {
            throw ConnectFault.Refuse(Refusal.Invalid("request", "BODY_MALFORMED", "The body says it is gzip and is not."));
        }
    }

    static async Task<ReadOnlyMemory<byte>> ReadToEndAsync(Stream body, int bytesMax, CancellationToken cancel)
    {
        ArrayBufferWriter<byte> all = new(4096);
        try
        {
            while (await body.ReadAsync(all.GetMemory(4096), cancel) is var read and > 0)
            {
                all.Advance(read);
                if (all.WrittenCount > bytesMax) throw TooLarge(bytesMax);
            }
        }
        catch (BadHttpRequestException fault) when (fault.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            throw TooLarge(bytesMax);
        }

        return all.WrittenMemory;
    }

    static RpcException TooLarge(int bytesMax) =>
        ConnectFault.RefuseAs(StatusCode.ResourceExhausted, Refusal.Invalid("request", "BODY_TOO_LARGE", $"The request is larger than {bytesMax} bytes.").With("limit_bytes", bytesMax));
}
