namespace Grpc.Core;

/// <summary>Thrown by clients when a call fails, and by handlers to fail one.</summary>
public class RpcException : Exception
{
    /// <summary>Fails a call with an outcome and no trailers.</summary>
    /// <param name="status">The outcome the caller sees.</param>
    public RpcException(Status status) : this(status, Metadata.Empty) { }

    /// <summary>Fails a call with an outcome and a message of its own for the local log.</summary>
    /// <param name="status">The outcome the caller sees.</param>
    /// <param name="message">The exception's message, which does not travel.</param>
    public RpcException(Status status, string message) : this(status, Metadata.Empty, message) { }

    /// <summary>Fails a call with an outcome and trailers, as rich error details need.</summary>
    /// <param name="status">The outcome the caller sees.</param>
    /// <param name="trailers">
    /// Sent after the response; "grpc-status-details-bin" carries a google.rpc.Status.
    /// </param>
    public RpcException(Status status, Metadata trailers) : this(status, trailers, status.ToString()) { }

    /// <summary>Fails a call with an outcome, trailers and a message of its own.</summary>
    /// <param name="status">The outcome the caller sees.</param>
    /// <param name="trailers">Sent after the response.</param>
    /// <param name="message">The exception's message, which does not travel.</param>
    /// <exception cref="ArgumentNullException"><paramref name="trailers"/> is null.</exception>
    public RpcException(Status status, Metadata trailers, string message)
        : base(message, status.DebugException)
    {
        ArgumentNullException.ThrowIfNull(trailers);
        Status = status;
        Trailers = trailers;
    }

    /// <summary>The outcome of the call.</summary>
    public Status Status { get; }

    /// <summary>The code of <see cref="Status"/>, handy in exception filters.</summary>
    public StatusCode StatusCode => Status.StatusCode;

    /// <summary>The trailers that came, or go, with the outcome; empty when there are none.</summary>
    public Metadata Trailers { get; }
}
