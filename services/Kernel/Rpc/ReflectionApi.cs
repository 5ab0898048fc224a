using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Reflection.V1;

namespace Doseline.Kernel.Rpc;

/// <summary>gRPC server reflection over the served descriptors, so that grpcurl and the like need no proto files. Ours because the official package cannot be had.</summary>
public sealed class ReflectionApi(MethodTable methods) : ServerReflection.ServerReflectionBase
{
    const int RequestsMax = 10_000;

    readonly Lazy<Dictionary<string, FileDescriptor>> files = new(() => FilesOf(methods));

    /// <inheritdoc/>
    public override async Task ServerReflectionInfo(
        IAsyncStreamReader<ServerReflectionRequest> requestStream, IServerStreamWriter<ServerReflectionResponse> responseStream, ServerCallContext context)
    {
        for (var count = 0; count < RequestsMax && await requestStream.MoveNext(context.CancellationToken); count++)
        {
            var request = requestStream.Current;
            var response = Answer(request);
            response.OriginalRequest = request;
            response.ValidHost = request.Host;
            await responseStream.WriteAsync(response, context.CancellationToken);
        }
    }

    ServerReflectionResponse Answer(ServerReflectionRequest request) => request.MessageRequestCase switch
    {
        ServerReflectionRequest.MessageRequestOneofCase.ListServices => new ServerReflectionResponse
        {
            ListServicesResponse = new ListServiceResponse { Service = { Served(methods).Select(s => new ServiceResponse { Name = s.FullName }) } },
        },
        ServerReflectionRequest.MessageRequestOneofCase.FileByFilename => FileOf(files.Value.GetValueOrDefault(request.FileByFilename)),
        ServerReflectionRequest.MessageRequestOneofCase.FileContainingSymbol => FileOf(files.Value.Values.FirstOrDefault(f => Declares(f, request.FileContainingSymbol))),
        ServerReflectionRequest.MessageRequestOneofCase.FileContainingExtension => FileOf(files.Value.Values.FirstOrDefault(f => f.Extensions.UnorderedExtensions.Any(e =>
            e.ExtendeeType.FullName == request.FileContainingExtension.ContainingType && e.FieldNumber == request.FileContainingExtension.ExtensionNumber))),
        ServerReflectionRequest.MessageRequestOneofCase.AllExtensionNumbersOfType => new ServerReflectionResponse
        {
            AllExtensionNumbersResponse = new ExtensionNumberResponse
            {
                BaseTypeName = request.AllExtensionNumbersOfType,
                ExtensionNumber = { files.Value.Values.SelectMany(f => f.Extensions.UnorderedExtensions).Where(e => e.ExtendeeType.FullName == request.AllExtensionNumbersOfType).Select(e => e.FieldNumber) },
            },
        },
        _ => Error(StatusCode.Unimplemented, "unknown request"),
    };

    static ServerReflectionResponse FileOf(FileDescriptor? file)
    {
        if (file is null) return Error(StatusCode.NotFound, "not found");
        // A file comes with everything it imports, so that the asker can build it at once.
        Dictionary<string, FileDescriptor> all = new(StringComparer.Ordinal);
        Collect(file, all);
        return new ServerReflectionResponse { FileDescriptorResponse = new FileDescriptorResponse { FileDescriptorProto = { all.Values.Select(f => f.SerializedData) } } };
    }

    static ServerReflectionResponse Error(StatusCode code, string message) =>
        new() { ErrorResponse = new ErrorResponse { ErrorCode = (int)code, ErrorMessage = message } };

    static bool Declares(FileDescriptor file, string symbol) =>
        file.Services.Any(s => s.FullName == symbol || s.Methods.Any(m => m.FullName == symbol))
        || file.EnumTypes.Any(e => e.FullName == symbol)
        || file.MessageTypes.Any(m => Declares(m, symbol));

    static bool Declares(MessageDescriptor message, string symbol) =>
        message.FullName == symbol || message.EnumTypes.Any(e => e.FullName == symbol) || message.NestedTypes.Any(n => Declares(n, symbol));

    static Dictionary<string, FileDescriptor> FilesOf(MethodTable methods)
    {
        Dictionary<string, FileDescriptor> all = new(StringComparer.Ordinal);
        foreach (var service in Served(methods)) Collect(service.File, all);
        return all;
    }

    static IEnumerable<ServiceDescriptor> Served(MethodTable methods) => [.. methods.Services, Health.Descriptor, ServerReflection.Descriptor];

    static void Collect(FileDescriptor file, Dictionary<string, FileDescriptor> all)
    {
        if (!all.TryAdd(file.Name, file)) return;
        foreach (var dependency in file.Dependencies) Collect(dependency, all);
    }
}
