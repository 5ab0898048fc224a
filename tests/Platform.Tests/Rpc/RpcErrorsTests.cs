using Doseline.Common.V1;
using Doseline.Kernel.Rules;
using Doseline.Platform.Rpc;
using Doseline.Testing;
using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;
using RichStatus = Google.Rpc.Status;

namespace Doseline.Platform.Tests.Rpc;

/// <summary>Every refusal arrives with its code and its numbers, and none breaks the trailers it travels in.</summary>
public sealed class RpcErrorsTests
{
    public static TheoryData<RefusalKind, StatusCode> Codes => new()
    {
        { RefusalKind.Invalid, StatusCode.InvalidArgument },
        { RefusalKind.State, StatusCode.FailedPrecondition },
        { RefusalKind.Missing, StatusCode.NotFound },
        { RefusalKind.Stale, StatusCode.Aborted },
        { RefusalKind.Denied, StatusCode.PermissionDenied },
        { RefusalKind.Unauthenticated, StatusCode.Unauthenticated },
        { RefusalKind.Overload, StatusCode.ResourceExhausted },
        { RefusalKind.Unavailable, StatusCode.Unavailable },
    };

    [Fact]
    public void Every_kind_has_a_status() => System.Enum.GetValues<RefusalKind>().Length.ShouldBe(Codes.Count);

    [Theory]
    [Requirement("A033", "A184")]
    [MemberData(nameof(Codes))]
    public void A_refusal_survives_the_wire(RefusalKind kind, StatusCode code)
    {
        var refusal = new Refusal(kind, "LIMIT_EXCEEDED", "doses/01k", "The limit of 5 Bq is exceeded.").With("limit_bq", 5.25).With("until_time", DateTimeOffset.UnixEpoch);
        var fault = RpcErrors.Exception("orders", [refusal]);
        fault.StatusCode.ShouldBe(code);
        fault.Status.Detail.ShouldBe(refusal.Message);
        Same(RpcErrors.Read(fault).ShouldHaveSingleItem(), refusal);
        var status = StatusOf(fault);
        status.Code.ShouldBe((int)code);
        var info = Detail<ErrorInfo>(status)!;
        (info.Reason, info.Domain, info.Metadata["limit_bq"], info.Metadata["until_time"]).ShouldBe(("LIMIT_EXCEEDED", "orders.doseline", "5.25", "1970-01-01T00:00:00Z"));
        (Detail<BadRequest>(status) is not null).ShouldBe(kind is RefusalKind.Invalid);
        (Detail<PreconditionFailure>(status) is not null).ShouldBe(kind is RefusalKind.State);
        (Detail<ResourceInfo>(status) is not null).ShouldBe(kind is RefusalKind.Missing);
        (Detail<RetryInfo>(status) is not null).ShouldBe(kind is RefusalKind.Overload or RefusalKind.Unavailable);
    }

    [Theory]
    [Requirement("A033")]
    [InlineData(100, 60)]
    [InlineData(100, 1_000_000)]
    [InlineData(1, 1_000_000)]
    [InlineData(10_000, 10)]
    public void The_details_stay_below_four_kilobytes_and_say_how_many_reasons_had_no_room(int count, int length)
    {
        var quoted = new string('ü', length);
        List<Refusal> refusals = [.. Enumerable.Range(0, count).Select(i =>
            new Refusal((RefusalKind)(i % 3), $"REASON_{i}", $"orders/{quoted}", $"'{quoted}' is not known.").With("known", quoted).With("index", i))];
        var fault = RpcErrors.Exception("orders", refusals);
        fault.Trailers.GetValueBytes("grpc-status-details-bin")!.Length.ShouldBeLessThan(4096);
        fault.Status.Detail.Length.ShouldBeLessThanOrEqualTo(300);
        var sent = Detail<Refusals>(StatusOf(fault))!;
        sent.Reasons.Count.ShouldBeGreaterThan(0);
        (sent.Reasons.Count + sent.LeftOut).ShouldBe(count);
        RpcErrors.Read(fault).Select(r => r.Code).ShouldBe(refusals.Take(sent.Reasons.Count).Select(r => r.Code));
    }

    [Fact]
    public void A_dozen_reasons_of_usual_length_all_have_room()
    {
        List<Refusal> refusals = [.. Enumerable.Range(0, 12).Select(i => Refusal.Invalid($"lines[{i}].limit_bq", "NUMBER_NOT_POSITIVE", $"lines[{i}].limit_bq must be a finite number greater than 0.").With("value", -1))];
        RpcErrors.Read(RpcErrors.Exception("orders", refusals)).Count.ShouldBe(12);
    }

    [Fact]
    public void No_surrogate_pair_is_cut_in_two()
    {
        var fault = RpcErrors.Exception("orders", [Refusal.Invalid("name", "FIELD_TOO_LONG", string.Concat(Enumerable.Repeat("🧪", 1000)) + "!")]);
        RpcErrors.Read(fault)[0].Message.ShouldEndWith("🧪…");
    }

    [Fact]
    public void What_fits_arrives_unchanged() => Prop.ForAll(
        ArbMap.Default.GeneratorFor<NonNull<string>>().Select(s => Clean(s.Get)).ListOf(6).Where(words => words.Count == 6).ToArbitrary(),
        words =>
        {
            var refusal = Refusal.State(words[0], "CODE", words[1]).With("a", words[2]).With("b", words[3]).With(words[4], words[5]);
            Same(RpcErrors.Read(RpcErrors.Exception("quality", [refusal])).Single(), refusal);
        }).Holds();

    [Fact]
    public void A_refusal_of_another_service_is_passed_on_and_silence_becomes_unavailable()
    {
        var refusal = Refusal.State("runs/1", "RUN_FULL", "Every run is full.").With("nearest_time", DateTimeOffset.UnixEpoch);
        Same(RpcErrors.Passed(RpcErrors.Exception("execution", [refusal]), "execution").ShouldHaveSingleItem(), refusal);
        var silence = RpcErrors.Passed(new RpcException(new Grpc.Core.Status(StatusCode.DeadlineExceeded, "")), "execution").ShouldHaveSingleItem();
        (silence.Kind, silence.Code).ShouldBe((RefusalKind.Unavailable, "SERVICE_UNAVAILABLE"));
    }

    [Fact]
    public void Details_that_are_no_status_are_no_refusals() =>
        RpcErrors.Read(new RpcException(new Grpc.Core.Status(StatusCode.Unknown, ""), new Metadata { { "grpc-status-details-bin", [0xff, 0xff, 0xff] } })).ShouldBeEmpty();

    static string Clean(string text) => new([.. text.Where(c => !char.IsSurrogate(c)).Take(40)]);

    static void Same(Refusal read, Refusal made)
    {
        read.ShouldBe(made with { }, new SameRefusal());
    }

    // Parsed by hand: what is sent is what every other make of client reads.
    [Theory]
    [Requirement("A184")]
    [InlineData(StatusCode.Unknown, "circuit breaker is open")]
    [InlineData(StatusCode.Unavailable, "failed to invoke, id: orders, err: dial tcp 10.1.2.3:50002: connect: connection refused")]
    [InlineData(StatusCode.Internal, "error invoking 10.1.2.3:50002")]
    [InlineData(StatusCode.PermissionDenied, "access control policy has denied access to id: spiffe://cluster.local")]
    [InlineData(StatusCode.Unauthenticated, "invalid api token")]
    public void What_came_without_our_details_is_passed_on_as_a_service_that_is_away_and_in_no_words_but_ours(StatusCode status, string words)
    {
        var told = RpcErrors.Explained(new RpcException(new Grpc.Core.Status(status, words)), "orders", "gateway");
        told.StatusCode.ShouldBe(StatusCode.Unavailable);
        var refusal = RpcErrors.Read(told).ShouldHaveSingleItem();
        (refusal.Kind, refusal.Code, refusal.Numbers["service"]).ShouldBe((RefusalKind.Unavailable, "SERVICE_UNAVAILABLE", "orders"));
        (told.ToString() + refusal.Message).ShouldNotContain(words);
    }

    [Fact]
    public void What_a_service_has_said_or_what_is_of_the_call_itself_stays_as_it_is()
    {
        RpcException[] own =
        [
            RpcErrors.Exception("orders", [Refusal.State("orders/1", "ORDER_LOST", "Lost.")]), RpcErrors.Internal("orders"), new(new Grpc.Core.Status(StatusCode.DeadlineExceeded, "late")),
            new(new Grpc.Core.Status(StatusCode.Cancelled, "")), new(new Grpc.Core.Status(StatusCode.Unimplemented, "")), new(new Grpc.Core.Status(StatusCode.ResourceExhausted, "")),
        ];
        foreach (var fault in own) RpcErrors.Explained(fault, "orders", "gateway").ShouldBeSameAs(fault);
        RpcErrors.Internal("orders").GetRpcStatus()!.GetDetail<Google.Rpc.ErrorInfo>()!.Domain.ShouldBe("orders.doseline");
    }

    static RichStatus StatusOf(RpcException fault) => RichStatus.Parser.ParseFrom(fault.Trailers.GetValueBytes("grpc-status-details-bin"));

    static T? Detail<T>(RichStatus status) where T : class, IMessage<T>, new() => status.Details.FirstOrDefault(d => d.Is(new T().Descriptor))?.Unpack<T>();

    sealed class SameRefusal : IEqualityComparer<Refusal>
    {
        public bool Equals(Refusal? a, Refusal? b) =>
            (a!.Kind, a.Code, a.Subject, a.Message) == (b!.Kind, b.Code, b.Subject, b.Message) && a.Numbers.OrderBy(n => n.Key, StringComparer.Ordinal).SequenceEqual(b.Numbers.OrderBy(n => n.Key, StringComparer.Ordinal));

        public int GetHashCode(Refusal refusal) => refusal.Code.GetHashCode(StringComparison.Ordinal);
    }
}
