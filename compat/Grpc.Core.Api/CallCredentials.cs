namespace Grpc.Core;

/// <summary>The call that credentials are wanted for.</summary>
/// <param name="serviceUrl">Scheme, authority and service: the audience of a token.</param>
/// <param name="methodName">The method alone.</param>
/// <param name="cancellationToken">Cancelled with the call.</param>
public class AuthInterceptorContext(string serviceUrl, string methodName, CancellationToken cancellationToken)
{
    /// <summary>The call that credentials are wanted for, where it cannot be cancelled.</summary>
    /// <param name="serviceUrl">Scheme, authority and service.</param>
    /// <param name="methodName">The method alone.</param>
    public AuthInterceptorContext(string serviceUrl, string methodName)
        : this(serviceUrl, methodName, CancellationToken.None) { }

    /// <summary>Scheme, authority and service: the audience of a token.</summary>
    public string ServiceUrl { get; } = serviceUrl;

    /// <summary>The method alone.</summary>
    public string MethodName { get; } = methodName;

    /// <summary>Cancelled with the call.</summary>
    public CancellationToken CancellationToken { get; } = cancellationToken;
}

/// <summary>Adds credentials to the metadata of an outgoing call.</summary>
/// <param name="context">The call.</param>
/// <param name="metadata">Its headers, to be added to.</param>
public delegate Task AsyncAuthInterceptor(AuthInterceptorContext context, Metadata metadata);

/// <summary>A transport's way of asking credentials what they are.</summary>
public abstract class CallCredentialsConfiguratorBase
{
    /// <summary>The credentials are several, all to be applied, in order.</summary>
    /// <param name="state">What the transport passed along; may be null.</param>
    /// <param name="credentials">The parts.</param>
    public abstract void SetCompositeCredentials(object? state, IReadOnlyList<CallCredentials> credentials);

    /// <summary>The credentials are a function over the headers.</summary>
    /// <param name="state">What the transport passed along; may be null.</param>
    /// <param name="interceptor">The function.</param>
    public abstract void SetAsyncAuthInterceptorCredentials(object? state, AsyncAuthInterceptor interceptor);
}

/// <summary>Credentials of one call.</summary>
public abstract class CallCredentials
{
    /// <summary>Credentials that a function adds to the headers.</summary>
    /// <param name="interceptor">The function.</param>
    /// <exception cref="ArgumentNullException"><paramref name="interceptor"/> is null.</exception>
    public static CallCredentials FromInterceptor(AsyncAuthInterceptor interceptor)
    {
        ArgumentNullException.ThrowIfNull(interceptor);
        return new Intercepting(interceptor);
    }

    /// <summary>Several credentials in one, applied in order.</summary>
    /// <param name="credentials">Two or more.</param>
    /// <exception cref="ArgumentException">Fewer than two are given.</exception>
    public static CallCredentials Compose(params CallCredentials[] credentials)
    {
        ArgumentNullException.ThrowIfNull(credentials);
        if (credentials.Length < 2)
            throw new ArgumentException("Composition needs two credentials or more.", nameof(credentials));
        return new Composite([.. credentials]);
    }

    /// <summary>Tells a transport what these credentials are.</summary>
    /// <param name="configurator">The transport.</param>
    /// <param name="state">Passed along; may be null.</param>
    public abstract void InternalPopulateConfiguration(
        CallCredentialsConfiguratorBase configurator, object? state);

    private sealed class Intercepting(AsyncAuthInterceptor interceptor) : CallCredentials
    {
        public override void InternalPopulateConfiguration(
            CallCredentialsConfiguratorBase configurator, object? state) =>
            configurator.SetAsyncAuthInterceptorCredentials(state, interceptor);
    }

    private sealed class Composite(IReadOnlyList<CallCredentials> parts) : CallCredentials
    {
        public override void InternalPopulateConfiguration(
            CallCredentialsConfiguratorBase configurator, object? state) =>
            configurator.SetCompositeCredentials(state, parts);
    }
}
