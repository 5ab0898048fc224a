using System.Reflection;
using Doseline.Kernel.Rules;
using Google.Protobuf;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Platform.Rpc;

/// <summary>
/// Finds the methods of an api class as the library does, but for what is said of a request that is no message: INVALID_ARGUMENT with its reason,
/// where the library says UNKNOWN and writes a stack trace for each.
/// </summary>
/// <typeparam name="TApi">Derives from the generated <c>…ServiceBase</c>.</typeparam>
sealed class ReadableMethods<TApi> : IServiceMethodProvider<TApi> where TApi : class
{
    /// <inheritdoc/>
    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<TApi> context)
    {
        var bases = typeof(TApi);
        while (bases is not null && bases.GetCustomAttribute<BindServiceMethodAttribute>(inherit: false) is null) bases = bases.BaseType;
        if (bases?.GetCustomAttribute<BindServiceMethodAttribute>(inherit: false) is not { } binds) return;
        var bind = binds.BindType.GetMethod(binds.BindMethodName, [typeof(ServiceBinderBase), bases])
            ?? throw new InvalidOperationException($"{binds.BindType} has no {binds.BindMethodName} for {bases}.");
        bind.Invoke(null, [new Binder(context), null]);
    }

    sealed class Binder(ServiceMethodProviderContext<TApi> context) : ServiceBinderBase
    {
        public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler) =>
            context.AddUnaryMethod(Readable(method), [], Open<UnaryServerMethod<TApi, TRequest, TResponse>>(method));

        public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler) =>
            context.AddServerStreamingMethod(Readable(method), [], Open<ServerStreamingServerMethod<TApi, TRequest, TResponse>>(method));

        public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler) =>
            context.AddClientStreamingMethod(Readable(method), [], Open<ClientStreamingServerMethod<TApi, TRequest, TResponse>>(method));

        public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler) =>
            context.AddDuplexStreamingMethod(Readable(method), [], Open<DuplexStreamingServerMethod<TApi, TRequest, TResponse>>(method));

        static TDelegate Open<TDelegate>(IMethod method) where TDelegate : Delegate => typeof(TApi).GetMethod(method.Name)!.CreateDelegate<TDelegate>();

        static Method<TRequest, TResponse> Readable<TRequest, TResponse>(Method<TRequest, TResponse> method)
        {
            var read = method.RequestMarshaller;
            return new Method<TRequest, TResponse>(method.Type, method.ServiceName, method.Name, new Marshaller<TRequest>(read.ContextualSerializer, body =>
            {
                try
                {
                    return read.ContextualDeserializer(body);
                }
                catch (InvalidProtocolBufferException fault)
                {
                    throw RpcErrors.Exception(method.ServiceName.Split('.')[1], [Refusal.Invalid("request", "BODY_MALFORMED", $"The body is no request of {method.FullName}: {fault.Message}")]);
                }
            }), method.ResponseMarshaller);
        }
    }
}

/// <summary>Has the methods of api classes found by <see cref="ReadableMethods{TApi}"/>.</summary>
static class ReadableMethods
{
    /// <summary>In place of the library's own finder.</summary>
    public static void Use(IServiceCollection services)
    {
        // The other one that is there finds what is served without an api class, of which there is nothing here.
        var own = services.Single(s => s.ServiceType == typeof(IServiceMethodProvider<>) && s.ImplementationType!.Name.StartsWith("Binder", StringComparison.Ordinal));
        services.Remove(own);
        services.AddSingleton(typeof(IServiceMethodProvider<>), typeof(ReadableMethods<>));
    }
}
