namespace Grpc.Core;

/// <summary>The parts that every started call shares, behind the public call types.</summary>
internal readonly struct CallHandle
{
    private readonly Func<object, Task<Metadata>> _headers;
    private readonly Func<object, Status> _status;
    private readonly Func<object, Metadata> _trailers;
    private readonly Action<object> _dispose;
    private readonly object _state;

    public CallHandle(
        Func<object, Task<Metadata>> headers,
        Func<object, Status> status,
        Func<object, Metadata> trailers,
        Action<object> dispose,
        object state) =>
        (_headers, _status, _trailers, _dispose, _state) = (headers, status, trailers, dispose, state);

    public CallHandle(Task<Metadata> headers, Func<Status> status, Func<Metadata> trailers, Action dispose)
        : this(
            static state => ((Parts)state).Headers,
            static state => ((Parts)state).Status(),
            static state => ((Parts)state).Trailers(),
            static state => ((Parts)state).Dispose(),
            new Parts(headers, status, trailers, dispose))
    { }

    public Task<Metadata> Headers => _headers(_state);

    public Status Status => _status(_state);

    public Metadata Trailers => _trailers(_state);

    public void Dispose() => _dispose(_state);

    private sealed record Parts(
        Task<Metadata> Headers, Func<Status> Status, Func<Metadata> Trailers, Action Dispose);
}
