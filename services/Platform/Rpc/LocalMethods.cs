using System.Collections.Frozen;
using System.Reflection;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Platform.Rpc;

/// <summary>The unary methods served in this process as callers in the same process reach them: by name, with messages as they are, into a scope of their own.</summary>
public sealed class LocalMethods
{
    readonly List<Action<Dictionary<string, Delegate>>> bindings = [];
    readonly Lazy<FrozenDictionary<string, Delegate>> methods;

    /// <summary>Makes an empty table.</summary>
    public LocalMethods() => methods = new(Bind);

    /// <summary>Adds the methods of an api class; before the first call.</summary>
    /// <typeparam name="TApi">Derives from the generated <c>…ServiceBase</c>; scoped.</typeparam>
    public void Add<TApi>() where TApi : class => bindings.Add(found =>
    {
        var generated = typeof(TApi).BaseType!;
        var bind = generated.GetCustomAttribute<BindServiceMethodAttribute>()!;
        bind.BindType.GetMethod(bind.BindMethodName, [typeof(ServiceBinderBase), generated])!.Invoke(null, [new Binder<TApi>(found), null]);
    });

    /// <summary>The method of that full name; null when it is not served here.</summary>
    /// <remarks>It finds its api class in the services of a <see cref="LocalCallContext"/>.</remarks>
    internal UnaryServerMethod<TRequest, TResponse>? Find<TRequest, TResponse>(string name) where TRequest : class where TResponse : class =>
        methods.Value.GetValueOrDefault(name) as UnaryServerMethod<TRequest, TResponse>;

    FrozenDictionary<string, Delegate> Bind()
    {
        Dictionary<string, Delegate> found = new(StringComparer.Ordinal);
        foreach (var binding in bindings) binding(found);
        return found.ToFrozenDictionary(StringComparer.Ordinal);
    }

    // Streams are not called within a process, so only unary methods are kept.
    sealed class Binder<TApi>(Dictionary<string, Delegate> found) : ServiceBinderBase where TApi : class
    {
        public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler)
        {
            var call = typeof(TApi).GetMethod(method.Name, [typeof(TRequest), typeof(ServerCallContext)])!.CreateDelegate<Func<TApi, TRequest, ServerCallContext, Task<TResponse>>>();
            found.Add(method.FullName, new UnaryServerMethod<TRequest, TResponse>((request, context) => call(context.Services().GetRequiredService<TApi>(), request, context)));
        }

        public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler)
        {
        }
    }
}
