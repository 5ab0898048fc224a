namespace Grpc.Core;

/// <summary>A transport's way of asking credentials what they are.</summary>
public abstract class ChannelCredentialsConfiguratorBase
{
    /// <summary>The channel is not encrypted.</summary>
    /// <param name="state">What the transport passed along; may be null.</param>
    public abstract void SetInsecureCredentials(object? state);

    /// <summary>The channel is encrypted with TLS.</summary>
    /// <param name="state">What the transport passed along; may be null.</param>
    /// <param name="rootCertificates">Trusted roots in PEM; null for the machine's.</param>
    /// <param name="keyCertificatePair">The client's certificate; null for none.</param>
    /// <param name="verifyPeerCallback">A further check of the server; null for none.</param>
    public abstract void SetSslCredentials(
        object? state,
        string? rootCertificates,
        KeyCertificatePair? keyCertificatePair,
        VerifyPeerCallback? verifyPeerCallback);

    /// <summary>Every call of the channel carries credentials of its own.</summary>
    /// <param name="state">What the transport passed along; may be null.</param>
    /// <param name="channelCredentials">Those of the channel.</param>
    /// <param name="callCredentials">Those of each call.</param>
    public abstract void SetCompositeCredentials(
        object? state, ChannelCredentials channelCredentials, CallCredentials callCredentials);
}

/// <summary>Credentials of a channel, possibly with credentials for each of its calls.</summary>
public abstract class ChannelCredentials
{
    /// <summary>No encryption.</summary>
    public static ChannelCredentials Insecure { get; } = new Plain();

    /// <summary>TLS with the machine's trusted roots and no client certificate.</summary>
    public static ChannelCredentials SecureSsl { get; } = new SslCredentials();

    /// <summary>Adds credentials to every call of a channel.</summary>
    /// <param name="channelCredentials">Those of the channel, which must be encrypted.</param>
    /// <param name="callCredentials">Those of each call.</param>
    /// <exception cref="ArgumentException">The channel would send call credentials in the clear.</exception>
    public static ChannelCredentials Create(
        ChannelCredentials channelCredentials, CallCredentials callCredentials)
    {
        ArgumentNullException.ThrowIfNull(channelCredentials);
        ArgumentNullException.ThrowIfNull(callCredentials);

        // A token must not travel in the clear.
        if (!channelCredentials.IsComposable)
        {
            throw new ArgumentException(
                $"{channelCredentials.GetType().Name} credentials cannot carry call credentials.",
                nameof(channelCredentials));
        }

        return new Composite(channelCredentials, callCredentials);
    }

    /// <summary>Tells a transport what these credentials are.</summary>
    /// <param name="configurator">The transport.</param>
    /// <param name="state">Passed along; may be null.</param>
    public abstract void InternalPopulateConfiguration(
        ChannelCredentialsConfiguratorBase configurator, object? state);

    internal virtual bool IsComposable => false;

    private sealed class Plain : ChannelCredentials
    {
        public override void InternalPopulateConfiguration(
            ChannelCredentialsConfiguratorBase configurator, object? state) =>
            configurator.SetInsecureCredentials(state);
    }

    private sealed class Composite(ChannelCredentials channel, CallCredentials call) : ChannelCredentials
    {
        public override void InternalPopulateConfiguration(
            ChannelCredentialsConfiguratorBase configurator, object? state) =>
            configurator.SetCompositeCredentials(state, channel, call);
    }
}
