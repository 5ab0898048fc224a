namespace Grpc.Core;

/// <summary>What a channel is doing.</summary>
public enum ConnectivityState
{
    /// <summary>Not connected, and not trying.</summary>
    Idle,

    /// <summary>Trying to connect.</summary>
    Connecting,

    /// <summary>Connected.</summary>
    Ready,

    /// <summary>Could not connect, and will try again.</summary>
    TransientFailure,

    /// <summary>Ended for good.</summary>
    Shutdown,
}
