using System.Text;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Doseline.Compat.Tests;

public sealed class CoreTypesTests
{
    [Theory] // https://grpc.io/docs/guides/status-codes/
    [InlineData(StatusCode.OK, 0)]
    [InlineData(StatusCode.Cancelled, 1)]
    [InlineData(StatusCode.Unknown, 2)]
    [InlineData(StatusCode.InvalidArgument, 3)]
    [InlineData(StatusCode.DeadlineExceeded, 4)]
    [InlineData(StatusCode.NotFound, 5)]
    [InlineData(StatusCode.AlreadyExists, 6)]
    [InlineData(StatusCode.PermissionDenied, 7)]
    [InlineData(StatusCode.ResourceExhausted, 8)]
    [InlineData(StatusCode.FailedPrecondition, 9)]
    [InlineData(StatusCode.Aborted, 10)]
    [InlineData(StatusCode.OutOfRange, 11)]
    [InlineData(StatusCode.Unimplemented, 12)]
    [InlineData(StatusCode.Internal, 13)]
    [InlineData(StatusCode.Unavailable, 14)]
    [InlineData(StatusCode.DataLoss, 15)]
    [InlineData(StatusCode.Unauthenticated, 16)]
    public void Codes_have_their_numbers_on_the_wire(StatusCode code, int number) =>
        ((int)code).ShouldBe(number);

    [Fact]
    public void A_status_is_its_code_and_detail_whatever_the_cause()
    {
        var plain = new Status(StatusCode.NotFound, "no such dose");
        var caused = new Status(StatusCode.NotFound, "no such dose", new InvalidOperationException("row"));

        caused.ShouldBe(plain);
        caused.GetHashCode().ShouldBe(plain.GetHashCode());
        plain.Equals((object)Status.DefaultCancelled).ShouldBeFalse();
        plain.ToString().ShouldBe("Status(StatusCode=\"NotFound\", Detail=\"no such dose\")");
        caused.ToString().ShouldContain("System.InvalidOperationException: row");
        Status.DefaultSuccess.StatusCode.ShouldBe(StatusCode.OK);
    }

    [Fact]
    public void A_failure_carries_status_trailers_and_cause()
    {
        var cause = new IOException("wire");
        var trailers = new Metadata { { "k", "v" } };
        var failure = new RpcException(new Status(StatusCode.Unavailable, "gone", cause), trailers, "said");

        failure.StatusCode.ShouldBe(StatusCode.Unavailable);
        failure.Trailers.ShouldBeSameAs(trailers);
        failure.InnerException.ShouldBeSameAs(cause);
        failure.Message.ShouldBe("said");
        new RpcException(failure.Status).Trailers.ShouldBeEmpty();
        new RpcException(failure.Status).Message.ShouldBe(failure.Status.ToString());
        Should.Throw<ArgumentNullException>(() => new RpcException(failure.Status, (Metadata)null!));
    }

    [Fact]
    public void A_method_knows_its_path()
    {
        var method = Echo(MethodType.Unary);

        method.FullName.ShouldBe("/doseline.compat.v1.ProbeService/Echo");
        Should.Throw<ArgumentNullException>(() => new Method<string, string>(
            MethodType.Unary, "s", null!, Marshallers.StringMarshaller, Marshallers.StringMarshaller));
    }

    [Fact]
    public void A_marshaller_over_arrays_and_one_over_buffers_agree()
    {
        var arrays = Marshallers.Create(Encoding.UTF8.GetBytes, bytes => Encoding.UTF8.GetString(bytes));
        var buffers = Marshallers.Create<string>(
            (text, context) =>
            {
                var bytes = Encoding.UTF8.GetBytes(text);
                context.SetPayloadLength(bytes.Length);
                bytes.CopyTo(context.GetBufferWriter().GetSpan(bytes.Length));
                context.GetBufferWriter().Advance(bytes.Length);
                context.Complete();
            },
            context => Encoding.UTF8.GetString(context.PayloadAsReadOnlySequence()));

        foreach (var text in (string[])["", "µCi", new string('x', 5000)])
        {
            buffers.Serializer(text).ShouldBe(arrays.Serializer(text));
            arrays.Deserializer(buffers.Serializer(text)).ShouldBe(text);
            buffers.Deserializer(arrays.Serializer(text)).ShouldBe(text);
        }

        Should.Throw<InvalidOperationException>(
            () => Marshallers.Create<string>((_, _) => { }, _ => "").Serializer("never completed"));
    }

    [Fact]
    public void Call_options_change_by_copy()
    {
        var deadline = DateTime.UnixEpoch;
        var headers = new Metadata();
        var credentials = CallCredentials.FromInterceptor((_, _) => Task.CompletedTask);
        using var source = new CancellationTokenSource();
        var options = new CallOptions();
        var changed = options.WithHeaders(headers).WithDeadline(deadline).WithCancellationToken(source.Token)
            .WithCredentials(credentials).WithWriteOptions(new WriteOptions(WriteFlags.NoCompress))
            .WithWaitForReady();

        options.Headers.ShouldBeNull();
        options.Deadline.ShouldBeNull();
        options.IsWaitForReady.ShouldBeFalse();
        changed.Headers.ShouldBeSameAs(headers);
        changed.Deadline.ShouldBe(deadline);
        changed.CancellationToken.ShouldBe(source.Token);
        changed.Credentials.ShouldBeSameAs(credentials);
        changed.WriteOptions!.Flags.ShouldBe(WriteFlags.NoCompress);
        changed.IsWaitForReady.ShouldBeTrue();
    }

    [Fact]
    public void Interceptors_of_one_call_are_entered_from_the_first_given_to_the_last()
    {
        var log = new Probe.InterceptorLog();
        var invoker = new FixedInvoker().Intercept(
            new Probe.LoggingInterceptor(log, "outer"), new Probe.LoggingInterceptor(log, "inner"));

        var answer = invoker.BlockingUnaryCall(Echo(MethodType.Unary), "host", new CallOptions(), "hi");
        answer.ShouldBe("hi at host");
        log.Lines.ShouldBe(["outer Unary", "inner Unary"]);
    }

    [Fact]
    public void A_header_interceptor_gets_a_copy()
    {
        var own = new Metadata { { "k", "v" } };
        var inner = new FixedInvoker();
        var invoker = inner.Intercept(headers =>
        {
            headers.Add("added", "yes");
            return headers;
        });

        invoker.BlockingUnaryCall(Echo(MethodType.Unary), null, new CallOptions(own), "hi");
        inner.LastHeaders!.Select(entry => entry.Key).ShouldBe(["k", "added"]);
        own.Count.ShouldBe(1);
    }

    [Fact]
    public void A_service_definition_gives_every_method_to_the_host_once()
    {
        var method = Echo(MethodType.Unary);
        var definition = ServerServiceDefinition.CreateBuilder()
            .AddMethod<string, string>(method, (request, _) => Task.FromResult(request));

        Should.Throw<ArgumentException>(
            () => definition.AddMethod<string, string>(method, (request, _) => Task.FromResult(request)));
        var binder = new UnaryBinder();
        definition.Build().BindService(binder);
        binder.Names.ShouldBe(["/doseline.compat.v1.ProbeService/Echo"]);
        var streaming = ServerServiceDefinition.CreateBuilder().AddMethod<string, string>(
            Echo(MethodType.DuplexStreaming),
            (IAsyncStreamReader<string> _, IServerStreamWriter<string> _, ServerCallContext _) =>
                Task.CompletedTask)
            .Build();
        Should.Throw<NotSupportedException>(() => streaming.BindService(binder));
    }

    static Method<string, string> Echo(MethodType type) => new(
        type, "doseline.compat.v1.ProbeService", "Echo",
        Marshallers.StringMarshaller, Marshallers.StringMarshaller);

    sealed class UnaryBinder : ServiceBinderBase
    {
        public List<string> Names { get; } = [];

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler) =>
            Names.Add(method.FullName);
    }

    sealed class FixedInvoker : CallInvoker
    {
        public Metadata? LastHeaders { get; private set; }

        public override TResponse BlockingUnaryCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
        {
            LastHeaders = options.Headers;
            return (TResponse)(object)$"{request} at {host}";
        }

        public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
            throw new NotSupportedException();

        public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
            throw new NotSupportedException();

        public override AsyncClientStreamingCall<TRequest, TResponse>
            AsyncClientStreamingCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options) =>
            throw new NotSupportedException();

        public override AsyncDuplexStreamingCall<TRequest, TResponse>
            AsyncDuplexStreamingCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options) =>
            throw new NotSupportedException();
    }
}
