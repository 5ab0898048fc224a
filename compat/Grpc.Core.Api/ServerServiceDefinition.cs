namespace Grpc.Core;

/// <summary>The methods of a service together with their handlers.</summary>
public class ServerServiceDefinition
{
    private readonly IReadOnlyList<Action<ServiceBinderBase>> _bindings;

    private ServerServiceDefinition(IReadOnlyList<Action<ServiceBinderBase>> bindings) =>
        _bindings = bindings;

    /// <summary>Starts an empty definition.</summary>
    public static Builder CreateBuilder() => new();

    /// <summary>Gives every method to a host, in the order they were added.</summary>
    /// <param name="serviceBinder">The host's receiver.</param>
    public void BindService(ServiceBinderBase serviceBinder)
    {
        foreach (var bind in _bindings) bind(serviceBinder);
    }

    /// <summary>Collects methods and their handlers.</summary>
    public class Builder
    {
        private readonly HashSet<string> _names = new(StringComparer.Ordinal);
        private readonly List<Action<ServiceBinderBase>> _bindings = [];

        /// <summary>Adds a method of one request and one response.</summary>
        /// <typeparam name="TRequest">The request.</typeparam>
        /// <typeparam name="TResponse">The response.</typeparam>
        /// <param name="method">The method.</param>
        /// <param name="handler">Its handler.</param>
        /// <exception cref="ArgumentException">A method of this name was added before.</exception>
        public Builder AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse> handler)
            where TRequest : class where TResponse : class =>
            Add(method, binder => binder.AddMethod(method, handler));

        /// <summary>Adds a method of many requests and one response.</summary>
        /// <typeparam name="TRequest">The request.</typeparam>
        /// <typeparam name="TResponse">The response.</typeparam>
        /// <param name="method">The method.</param>
        /// <param name="handler">Its handler.</param>
        /// <exception cref="ArgumentException">A method of this name was added before.</exception>
        public Builder AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse> handler)
            where TRequest : class where TResponse : class =>
            Add(method, binder => binder.AddMethod(method, handler));

        /// <summary>Adds a method of one request and many responses.</summary>
        /// <typeparam name="TRequest">The request.</typeparam>
        /// <typeparam name="TResponse">The response.</typeparam>
        /// <param name="method">The method.</param>
        /// <param name="handler">Its handler.</param>
        /// <exception cref="ArgumentException">A method of this name was added before.</exception>
        public Builder AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse> handler)
            where TRequest : class where TResponse : class =>
            Add(method, binder => binder.AddMethod(method, handler));

        /// <summary>Adds a method of many requests and many responses.</summary>
        /// <typeparam name="TRequest">The request.</typeparam>
        /// <typeparam name="TResponse">The response.</typeparam>
        /// <param name="method">The method.</param>
        /// <param name="handler">Its handler.</param>
        /// <exception cref="ArgumentException">A method of this name was added before.</exception>
        public Builder AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse> handler)
            where TRequest : class where TResponse : class =>
            Add(method, binder => binder.AddMethod(method, handler));

        /// <summary>Ends the definition.</summary>
        public ServerServiceDefinition Build() => new([.. _bindings]);

        private Builder Add(IMethod method, Action<ServiceBinderBase> binding)
        {
            if (!_names.Add(method.FullName))
                throw new ArgumentException($"Method {method.FullName} was added twice.", nameof(method));
            _bindings.Add(binding);
            return this;
        }
    }
}
