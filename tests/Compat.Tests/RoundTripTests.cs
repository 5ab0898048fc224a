using System.IO.Compression;
using Doseline.Compat.Tests.Probe;
using Google.Rpc;
using Grpc.Core;
using Grpc.Net.Compression;
using Status = Google.Rpc.Status;

namespace Doseline.Compat.Tests;

/// <summary>The official client and server, over the stand-ins, over a real loopback connection.</summary>
public sealed class RoundTripTests : IAsyncLifetime
{
    ProbeServer server = null!;

    public async Task InitializeAsync() => server = await ProbeServer.StartAsync();

    public async Task DisposeAsync() => await server.DisposeAsync();

    [Fact]
    public async Task One_request_one_response_with_headers_and_trailers()
    {
        var headers = new Metadata { { "x-text", "a" }, { "x-bytes-bin", [1, 254] } };
        using var call = server.Client().EchoAsync(new EchoRequest { Text = "µCi" }, headers);
        var reply = await call;

        reply.Text.ShouldBe("µCi");
        reply.Seen["x-text"].ShouldBe("a");
        reply.Seen["x-bytes-bin"].ShouldBe("01FE");
        reply.Seen["method"].ShouldBe("/doseline.compat.v1.ProbeService/Echo");
        reply.Seen["has-deadline"].ShouldBe("no");
        reply.Seen["peer-authenticated"].ShouldBe("no");
        (await call.ResponseHeadersAsync).GetValue("x-header").ShouldBe("first");
        call.GetTrailers().GetValue("x-trailer").ShouldBe("last");
        call.GetTrailers().GetValueBytes("x-trailer-bin").ShouldBe([0, 255]);
        call.GetStatus().StatusCode.ShouldBe(StatusCode.OK);
    }

    [Fact]
    public void A_blocking_call_answers() =>
        server.Client().Echo(new EchoRequest { Text = "now" }).Text.ShouldBe("now");

    [Fact]
    public async Task Many_requests_one_response()
    {
        using var call = server.Client().Gather();
        foreach (var text in (string[])["a", "b", "c"])
            await call.RequestStream.WriteAsync(new EchoRequest { Text = text });
        await call.RequestStream.CompleteAsync();

        var reply = await call;
        (reply.Text, reply.Count).ShouldBe(("abc", 3));
    }

    [Fact]
    public async Task One_request_many_responses()
    {
        using var call = server.Client().Scatter(new EchoRequest { Text = "t", Count = 100 });
        List<int> counts = [];
        await foreach (var reply in call.ResponseStream.ReadAllAsync()) counts.Add(reply.Count);

        counts.ShouldBe(Enumerable.Range(0, 100));
        call.GetTrailers().GetValue("x-trailer").ShouldBe("last");
    }

    [Fact]
    public async Task Many_requests_many_responses_interleaved()
    {
        using var call = server.Client().Converse();
        foreach (var text in (string[])["one", "two"])
        {
            await call.RequestStream.WriteAsync(new EchoRequest { Text = text });
            (await call.ResponseStream.MoveNext()).ShouldBeTrue();
            call.ResponseStream.Current.Text.ShouldBe(text);
        }

        await call.RequestStream.CompleteAsync();
        (await call.ResponseStream.MoveNext()).ShouldBeFalse();
    }

    [Fact]
    public async Task A_failure_carries_its_details()
    {
        var failure = await Should.ThrowAsync<RpcException>(
            async () => await server.Client().EchoAsync(new EchoRequest { Text = "no", Fail = true }));

        failure.StatusCode.ShouldBe(StatusCode.FailedPrecondition);
        failure.Status.Detail.ShouldBe("no");
        var details = Status.Parser.ParseFrom(failure.Trailers.GetValueBytes("grpc-status-details-bin"));
        details.Details.Single().Unpack<ErrorInfo>().Reason.ShouldBe("PROBE_FAILED");
    }

    [Fact]
    public async Task A_stream_that_fails_gives_what_came_before()
    {
        var request = new EchoRequest { Text = "no", Count = 2, Fail = true };
        using var call = server.Client().Scatter(request);
        var received = 0;
        var failure = await Should.ThrowAsync<RpcException>(async () =>
        {
            await foreach (var _ in call.ResponseStream.ReadAllAsync()) received++;
        });

        received.ShouldBe(2);
        failure.StatusCode.ShouldBe(StatusCode.FailedPrecondition);
        failure.Trailers.GetValueBytes("grpc-status-details-bin").ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_deadline_reaches_the_server_and_ends_the_call_on_both_sides()
    {
        var deadline = TimeProvider.System.GetUtcNow().AddSeconds(3).UtcDateTime;
        var failure = await Should.ThrowAsync<RpcException>(
            async () => await server.Client().EchoAsync(new EchoRequest { Wait = true }, deadline: deadline));

        failure.StatusCode.ShouldBe(StatusCode.DeadlineExceeded);
        var seen = await server.Observations.Cancelled.Task;
        seen.Kind.ShouldBe(DateTimeKind.Utc);
        // The wire carries the time left, not the instant, so the server's deadline lies a little later.
        seen.ShouldBe(deadline, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task A_cancelled_call_is_cancelled_on_both_sides()
    {
        using var source = new CancellationTokenSource();
        var request = new EchoRequest { Wait = true };
        using var call = server.Client().EchoAsync(request, cancellationToken: source.Token);
        await server.Observations.Started.Task;
        await source.CancelAsync();

        var failure = await Should.ThrowAsync<RpcException>(async () => await call);
        failure.StatusCode.ShouldBe(StatusCode.Cancelled);
        (await server.Observations.Cancelled.Task).ShouldBe(DateTime.MaxValue);
    }

    [Fact]
    public async Task Disposing_a_stream_cancels_it_on_the_server()
    {
        using (var call = server.Client().Scatter(new EchoRequest { Count = 1, Wait = true }))
        {
            (await call.ResponseStream.MoveNext()).ShouldBeTrue();
            await server.Observations.Started.Task;
        }

        await server.Observations.Cancelled.Task;
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task Requests_and_responses_are_compressed(string encoding)
    {
        using var recorder = new EncodingRecorder { InnerHandler = new SocketsHttpHandler() };
        using var channel = server.Connect(options =>
        {
            options.HttpHandler = recorder;
            options.CompressionProviders =
            [
                new GzipCompressionProvider(CompressionLevel.Fastest),
                new DeflateCompressionProvider(CompressionLevel.Fastest),
            ];
        });
        // Grpc.Net.Client takes a call's encoding from this header and does not send the header itself.
        var headers = new Metadata { { "grpc-internal-encoding-request", encoding } };
        var text = new string('x', 20_000);
        var client = new ProbeService.ProbeServiceClient(channel);

        var reply = await client.EchoAsync(new EchoRequest { Text = text }, headers);

        reply.Text.ShouldBe(text);
        server.Log.RequestEncodings.ShouldBe([encoding]);
        recorder.ResponseEncodings.ShouldBe(["gzip"]);
    }

    [Fact]
    public async Task A_message_over_the_limit_is_refused()
    {
        var request = new EchoRequest { Text = new string('x', 70_000) };
        var failure = await Should.ThrowAsync<RpcException>(
            async () => await server.Client().EchoAsync(request));

        failure.StatusCode.ShouldBe(StatusCode.ResourceExhausted);
    }

    [Fact]
    public async Task An_unknown_method_is_unimplemented()
    {
        var method = new Method<string, string>(
            MethodType.Unary, "doseline.compat.v1.ProbeService", "Nothing",
            Marshallers.StringMarshaller, Marshallers.StringMarshaller);
        using var channel = server.Connect();
        var call = channel.CreateCallInvoker().AsyncUnaryCall(method, null, new CallOptions(), "hi");

        var failure = await Should.ThrowAsync<RpcException>(async () => await call);
        failure.StatusCode.ShouldBe(StatusCode.Unimplemented);
    }

    [Fact]
    public async Task Interceptors_of_both_sides_are_entered_in_order_for_each_kind_of_call()
    {
        var log = server.Log;
        var client = server.Client(
            new LoggingInterceptor(log, "client-outer"), new LoggingInterceptor(log, "client-inner"));

        await client.EchoAsync(new EchoRequest());
        log.Lines.ShouldBe(
        [
            "client-outer Unary", "client-inner Unary", "server-outer Unary", "server-inner Unary",
            "server-inner leaves", "server-outer leaves",
        ]);

        MethodType[] streams =
            [MethodType.ClientStreaming, MethodType.ServerStreaming, MethodType.DuplexStreaming];
        foreach (var kind in streams)
        {
            log.Lines.Clear();
            await CallAsync(client, kind);
            log.Lines.ShouldBe(
            [
                $"client-outer {kind}", $"client-inner {kind}",
                $"server-outer {kind}", $"server-inner {kind}",
            ]);
        }
    }

    static async Task CallAsync(ProbeService.ProbeServiceClient client, MethodType kind)
    {
        switch (kind)
        {
            case MethodType.ClientStreaming:
                using (var call = client.Gather())
                {
                    await call.RequestStream.CompleteAsync();
                    await call;
                }

                break;
            case MethodType.ServerStreaming:
                using (var call = client.Scatter(new EchoRequest()))
                    (await call.ResponseStream.MoveNext()).ShouldBeFalse();
                break;
            default:
                using (var call = client.Converse())
                {
                    await call.RequestStream.CompleteAsync();
                    (await call.ResponseStream.MoveNext()).ShouldBeFalse();
                }

                break;
        }
    }

    sealed class EncodingRecorder : DelegatingHandler
    {
        public List<string> ResponseEncodings { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            ResponseEncodings.AddRange(response.Headers.GetValues("grpc-encoding"));
            return response;
        }
    }
}
