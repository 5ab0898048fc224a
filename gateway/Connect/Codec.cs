using System.Text;
using Doseline.Gateway.Front;
using Google.Protobuf;

namespace Doseline.Gateway.Connect;

/// <summary>How messages are written on the wire of a call: protobuf, or its JSON form.</summary>
public abstract class Codec
{
    /// <summary>Name in content types, <c>json</c> or <c>proto</c>.</summary>
    public abstract string Name { get; }

    /// <summary>A request as protobuf bytes.</summary>
    /// <exception cref="Grpc.Core.RpcException">INVALID_ARGUMENT with every fault found.</exception>
    public abstract byte[] ReadRequest(FrontMethod method, ReadOnlyMemory<byte> body);

    /// <summary>A response, given as protobuf bytes, in this form.</summary>
    public abstract ReadOnlyMemory<byte> WriteResponse(FrontMethod method, byte[] response);
}

/// <summary>Protobuf passes as it is: the service parses it anyway.</summary>
public sealed class ProtoCodec : Codec
{
    /// <inheritdoc/>
    public override string Name => "proto";

    /// <inheritdoc/>
    public override byte[] ReadRequest(FrontMethod method, ReadOnlyMemory<byte> body)
    {
        var bytes = body.ToArray();
        try
        {
            // Refused here, by name; past the gateway it would be an internal error of the transport.
            method.Descriptor.InputType.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException fault)
        {
            throw ConnectFault.Refuse(Kernel.Rules.Refusal.Invalid("request", "BODY_MALFORMED", $"The body is no {method.Descriptor.InputType.FullName}: {fault.Message}"));
        }

        return bytes;
    }

    /// <inheritdoc/>
    public override ReadOnlyMemory<byte> WriteResponse(FrontMethod method, byte[] response) => response;
}

/// <summary>The JSON form of protobuf: lowerCamelCase names, RFC 3339 instants, 64-bit numbers as text; fields with their default value are left out.</summary>
public sealed class JsonCodec(FrontMethods methods) : Codec
{
    readonly Lazy<JsonRequests> requests = new(() => new(methods.Types));

    /// <inheritdoc/>
    public override string Name => "json";

    /// <inheritdoc/>
    public override byte[] ReadRequest(FrontMethod method, ReadOnlyMemory<byte> body) => requests.Value.Read(body, method.Descriptor.InputType).ToByteArray();

    /// <inheritdoc/>
    public override ReadOnlyMemory<byte> WriteResponse(FrontMethod method, byte[] response) =>
        Encoding.UTF8.GetBytes(methods.Json.Format(method.Descriptor.OutputType.Parser.ParseFrom(response)));
}
