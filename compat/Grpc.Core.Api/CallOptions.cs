namespace Grpc.Core;

/// <summary>Settings of one call; each With* returns a changed copy.</summary>
public struct CallOptions
{
    private bool? _waitForReady;

    /// <summary>Settings of one call.</summary>
    /// <param name="headers">Sent before the first message; null for none.</param>
    /// <param name="deadline">When to stop waiting, in UTC; null for never.</param>
    /// <param name="cancellationToken">Gives up the call.</param>
    /// <param name="writeOptions">Options of the request; null for the defaults.</param>
    /// <param name="propagationToken">The call this one is made inside of; null for none.</param>
    /// <param name="credentials">Credentials of this call, beside the channel's; null for none.</param>
    public CallOptions(
        Metadata? headers = null,
        DateTime? deadline = null,
        CancellationToken cancellationToken = default,
        WriteOptions? writeOptions = null,
        ContextPropagationToken? propagationToken = null,
        CallCredentials? credentials = null)
    {
        Headers = headers;
        Deadline = deadline;
        CancellationToken = cancellationToken;
        WriteOptions = writeOptions;
        PropagationToken = propagationToken;
        Credentials = credentials;
    }

    /// <summary>Sent before the first message; null for none.</summary>
    public Metadata? Headers { get; private set; }

    /// <summary>When to stop waiting, in UTC; null for never.</summary>
    public DateTime? Deadline { get; private set; }

    /// <summary>Gives up the call.</summary>
    public CancellationToken CancellationToken { get; private set; }

    /// <summary>Options of the request; null for the defaults.</summary>
    public WriteOptions? WriteOptions { get; private set; }

    /// <summary>The call this one is made inside of; null for none.</summary>
    public ContextPropagationToken? PropagationToken { get; private set; }

    /// <summary>Credentials of this call, beside the channel's; null for none.</summary>
    public CallCredentials? Credentials { get; private set; }

    /// <summary>
    /// Whether the call waits for a connection rather than failing at once; false unless set.
    /// </summary>
    public readonly bool IsWaitForReady => _waitForReady ?? false;

    /// <summary>The same with other headers.</summary>
    /// <param name="headers">The headers.</param>
    public readonly CallOptions WithHeaders(Metadata headers) => this with { Headers = headers };

    /// <summary>The same with another deadline.</summary>
    /// <param name="deadline">In UTC.</param>
    public readonly CallOptions WithDeadline(DateTime deadline) => this with { Deadline = deadline };

    /// <summary>The same with another token.</summary>
    /// <param name="cancellationToken">The token.</param>
    public readonly CallOptions WithCancellationToken(CancellationToken cancellationToken) =>
        this with { CancellationToken = cancellationToken };

    /// <summary>The same with other write options.</summary>
    /// <param name="writeOptions">The options.</param>
    public readonly CallOptions WithWriteOptions(WriteOptions writeOptions) =>
        this with { WriteOptions = writeOptions };

    /// <summary>The same inside another call.</summary>
    /// <param name="propagationToken">That call.</param>
    public readonly CallOptions WithPropagationToken(ContextPropagationToken propagationToken) =>
        this with { PropagationToken = propagationToken };

    /// <summary>The same with other credentials.</summary>
    /// <param name="credentials">The credentials.</param>
    public readonly CallOptions WithCredentials(CallCredentials credentials) =>
        this with { Credentials = credentials };

    /// <summary>The same, waiting or not for a connection.</summary>
    /// <param name="waitForReady">Whether to wait.</param>
    public readonly CallOptions WithWaitForReady(bool waitForReady = true) =>
        this with { _waitForReady = waitForReady };
}
