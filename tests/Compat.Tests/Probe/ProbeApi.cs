using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Status = Grpc.Core.Status;

namespace Doseline.Compat.Tests.Probe;

/// <summary>Answers with what it saw of the call, so that a test can look at both ends.</summary>
sealed class ProbeApi(ProbeObservations observations) : ProbeService.ProbeServiceBase
{
    public override async Task<EchoReply> Echo(EchoRequest request, ServerCallContext context)
    {
        if (request.Fail) throw Failure(request.Text);
        if (request.Wait) await WaitForCancelAsync(context);
        await context.WriteResponseHeadersAsync(new Metadata { { "x-header", "first" } });
        context.ResponseTrailers.Add("x-trailer", "last");
        context.ResponseTrailers.Add("x-trailer-bin", [0, 255]);
        return new EchoReply { Text = request.Text, Seen = { Seen(context) } };
    }

    public override async Task<EchoReply> Gather(
        IAsyncStreamReader<EchoRequest> requestStream, ServerCallContext context)
    {
        var reply = new EchoReply();
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
        {
            reply.Text += request.Text;
            reply.Count++;
        }

        return reply;
    }

    public override async Task Scatter(
        EchoRequest request, IServerStreamWriter<EchoReply> responseStream, ServerCallContext context)
    {
        for (var i = 0; i < request.Count; i++)
        {
            var reply = new EchoReply { Text = request.Text, Count = i };
            await responseStream.WriteAsync(reply, context.CancellationToken);
        }

        if (request.Fail) throw Failure(request.Text);
        if (request.Wait) await WaitForCancelAsync(context);
        context.ResponseTrailers.Add("x-trailer", "last");
    }

    public override async Task Converse(
        IAsyncStreamReader<EchoRequest> requestStream,
        IServerStreamWriter<EchoReply> responseStream,
        ServerCallContext context)
    {
        while (await requestStream.MoveNext())
            await responseStream.WriteAsync(new EchoReply { Text = requestStream.Current.Text });
    }

    async Task WaitForCancelAsync(ServerCallContext context)
    {
        observations.Started.TrySetResult();
        var cancelled = new TaskCompletionSource();
        await using var registration = context.CancellationToken.Register(cancelled.SetResult);
        await cancelled.Task;
        observations.Cancelled.TrySetResult(context.Deadline);
    }

    static Dictionary<string, string> Seen(ServerCallContext context)
    {
        var seen = context.RequestHeaders.ToDictionary(
            entry => entry.Key,
            entry => entry.IsBinary ? Convert.ToHexString(entry.ValueBytes) : entry.Value,
            StringComparer.Ordinal);
        seen["method"] = context.Method;
        seen["has-deadline"] = context.Deadline == DateTime.MaxValue ? "no" : "yes";
        seen["deadline-kind"] = context.Deadline.Kind.ToString();
        seen["peer-authenticated"] = context.AuthContext.IsPeerAuthenticated ? "yes" : "no";
        return seen;
    }

    static RpcException Failure(string text)
    {
        var details = new Google.Rpc.Status
        {
            Code = (int)StatusCode.FailedPrecondition,
            Message = text,
            Details = { Any.Pack(new ErrorInfo { Reason = "PROBE_FAILED", Domain = "compat" }) },
        };
        return new RpcException(
            new Status(StatusCode.FailedPrecondition, text),
            new Metadata { { "grpc-status-details-bin", details.ToByteArray() } });
    }
}

/// <summary>What a waiting handler saw of the end of its call.</summary>
sealed class ProbeObservations
{
    /// <summary>Done when the handler waits.</summary>
    public TaskCompletionSource Started { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Done when the call was cancelled, with its deadline.</summary>
    public TaskCompletionSource<DateTime> Cancelled { get; } =
        new(TaskCreationOptions.RunContinuationsAsynchronously);
}
