using Doseline.Platform.Signing;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Doseline.Local.Signing;

/// <summary>
/// What a client does with a method whose policy asks for signatures: has the request signed, puts the tokens into it, and sends it. A request that
/// carries a signature already, or asks for none, goes as it is.
/// </summary>
/// <param name="sign">Has a request signed and gives the token; null when this client does not sign it.</param>
public sealed class SignedCalls(Func<SignatureWanted, Task<string?>> sign) : Interceptor
{
    /// <inheritdoc/>
    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
    {
        if (!Wants(context.Method.FullName, request)) return continuation(request, context);
        var call = CallAsync();
        return new AsyncUnaryCall<TResponse>(
            ResponseAsync(call), HeadersAsync(call), () => Ended(call)?.GetStatus() ?? Status.DefaultCancelled, () => Ended(call)?.GetTrailers() ?? [], () => Dispose(call));

        async Task<AsyncUnaryCall<TResponse>> CallAsync() => continuation((TRequest)await SignedAsync(context.Method.FullName, (IMessage)request), context);
    }

    /// <inheritdoc/>
    public override TResponse BlockingUnaryCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, BlockingUnaryCallContinuation<TRequest, TResponse> continuation) =>
        continuation(Wants(context.Method.FullName, request) ? (TRequest)SignedAsync(context.Method.FullName, (IMessage)request).GetAwaiter().GetResult() : request, context);

    static async Task<TResponse> ResponseAsync<TResponse>(Task<AsyncUnaryCall<TResponse>> call) => await (await call).ResponseAsync;

    static async Task<Metadata> HeadersAsync<TResponse>(Task<AsyncUnaryCall<TResponse>> call) => await (await call).ResponseHeadersAsync;

    static AsyncUnaryCall<TResponse>? Ended<TResponse>(Task<AsyncUnaryCall<TResponse>> call) => call.IsCompletedSuccessfully ? call.Result : null;

    static void Dispose<TResponse>(Task<AsyncUnaryCall<TResponse>> call)
    {
        if (call.IsCompletedSuccessfully) call.Result.Dispose();
    }

    static bool Wants(string method, object request) =>
        ContractMethods.NeedOf(method) is { } need && request is IMessage message && (need.WhenField is "" || SignedContent.AsksFor(need, message)) && Field(message, SignedContent.Field)?.Accessor.GetValue(message) is "";

    async Task<IMessage> SignedAsync(string method, IMessage request)
    {
        var need = ContractMethods.NeedOf(method)!;
        var copy = request.Descriptor.Parser.ParseFrom(request.ToByteArray());
        if (await sign(new SignatureWanted(method, request, need, IsSecond: false)) is { } first) Field(copy, SignedContent.Field)!.Accessor.SetValue(copy, first);
        if (need.SecondPerson && await sign(new SignatureWanted(method, request, need, IsSecond: true)) is { } second) Field(copy, SignedContent.SecondField)!.Accessor.SetValue(copy, second);
        return copy;
    }

    static FieldDescriptor? Field(IMessage message, string name) => message.Descriptor.FindFieldByName(name);
}
