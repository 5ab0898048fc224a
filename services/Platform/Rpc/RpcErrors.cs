using Doseline.Common.V1;
using Doseline.Kernel.Rules;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using RichStatus = Google.Rpc.Status;

namespace Doseline.Platform.Rpc;

/// <summary>Refusals on the wire, the way AIP-193 asks: a status, its standard details, and every reason with its numbers.</summary>
public static class RpcErrors
{
    // Trailers travel as one block of headers, of which common clients and proxies take 8 KiB; in base 64 this is two thirds of it.
    const int DetailsBytesMax = 4000;
    // Type URL and tags around a packed detail.
    const int PackingBytes = 80;
    // A sentence may quote what the caller sent; what the caller sent may be a megabyte.
    const int SentenceMax = 300;
    const int WordMax = 120;

    /// <summary>The exception that carries refusals to the client; the first refusal sets the code. Reasons that have no room are counted.</summary>
    /// <param name="service">Refusing service, for example <c>orders</c>.</param>
    /// <param name="refusals">At least one.</param>
    public static RpcException Exception(string service, IReadOnlyList<Refusal> refusals)
    {
        var first = refusals[0];
        var status = new RichStatus { Code = (int)CodeOf(first.Kind), Message = Cut(first.Message, SentenceMax) };
        status.Details.Add(Any.Pack(InfoOf(service, first)));
        if (refusals.FirstOrDefault(r => r.Kind is RefusalKind.Missing) is { } missing)
        {
            status.Details.Add(Any.Pack(new ResourceInfo
            {
                ResourceType = Cut(missing.Subject.Split('/')[0], WordMax), ResourceName = Cut(missing.Subject, WordMax), Description = Cut(missing.Message, SentenceMax),
            }));
        }

        if (refusals.Any(r => r.Kind is RefusalKind.Overload or RefusalKind.Unavailable))
            status.Details.Add(Any.Pack(new RetryInfo { RetryDelay = Duration.FromTimeSpan(TimeSpan.FromSeconds(1)) }));

        // The reasons with their numbers come first, then the same reasons in the standard form as far as there is room.
        var room = DetailsBytesMax - status.CalculateSize();
        Refusals reasons = new();
        Fill(reasons.Reasons, refusals.Select(Write), room * 2 / 3);
        reasons.LeftOut = refusals.Count - reasons.Reasons.Count;
        BadRequest invalid = new();
        Fill(invalid.FieldViolations, refusals.Where(r => r.Kind is RefusalKind.Invalid).Select(r => new BadRequest.Types.FieldViolation
        {
            Field = Cut(r.Subject, WordMax), Description = Cut(r.Message, SentenceMax), Reason = r.Code,
        }), room - reasons.CalculateSize() - PackingBytes);
        PreconditionFailure state = new();
        Fill(state.Violations, refusals.Where(r => r.Kind is RefusalKind.State).Select(r => new PreconditionFailure.Types.Violation
        {
            Type = r.Code, Subject = Cut(r.Subject, WordMax), Description = Cut(r.Message, SentenceMax),
        }), room - reasons.CalculateSize() - invalid.CalculateSize() - 2 * PackingBytes);
        if (invalid.FieldViolations.Count > 0) status.Details.Add(Any.Pack(invalid));
        if (state.Violations.Count > 0) status.Details.Add(Any.Pack(state));
        status.Details.Add(Any.Pack(reasons));
        return status.ToRpcException();
    }

    /// <summary>The refusals a failed call carries; empty when it carries none.</summary>
    public static IReadOnlyList<Refusal> Read(RpcException fault)
    {
        try
        {
            return fault.GetRpcStatus()?.GetDetail<Refusals>() is { } refusals ? [.. refusals.Reasons.Select(Read)] : [];
        }
        catch (InvalidProtocolBufferException)
        {
            // Another make of server may put anything there; its status still says what happened.
            return [];
        }
    }

    /// <summary>What a failed call to another service means to the caller here: its refusals, or that the service cannot be asked.</summary>
    /// <param name="fault">The failed call.</param>
    /// <param name="service">Service that was asked.</param>
    public static IReadOnlyList<Refusal> Passed(RpcException fault, string service) => Read(fault) is [_, ..] refusals ? refusals : [Unavailable(service)];

    /// <summary>What is said of a service that does not answer: never in the words of whatever lies between, which name addresses and ports.</summary>
    public static Refusal Unavailable(string service) => Refusal.Unavailable($"services/{service}", "SERVICE_UNAVAILABLE", $"The {service} service cannot be asked now.").With("service", service);

    /// <summary>A failed call as it may be passed on: as its service has said it, with details, or that the service cannot be asked.</summary>
    /// <remarks>
    /// A sidecar, a proxy or the transport has statuses of its own, and none of our details. What says something of the call itself stays: that it was given
    /// up or took too long, that its message is too large or its method unknown.
    /// </remarks>
    /// <param name="fault">The failed call.</param>
    /// <param name="service">Service that was asked.</param>
    /// <param name="by">Service that passes it on.</param>
    public static RpcException Explained(RpcException fault, string service, string by) =>
        IsOurs(fault.StatusCode, HasDetails(fault)) ? fault : Exception(by, [Unavailable(service)]);

    /// <summary>True for a status that is passed on as it is.</summary>
    /// <param name="status">Status.</param>
    /// <param name="detailed">True when details came with it.</param>
    public static bool IsOurs(StatusCode status, bool detailed) =>
        detailed || status is StatusCode.OK or StatusCode.Cancelled or StatusCode.DeadlineExceeded or StatusCode.ResourceExhausted or StatusCode.Unimplemented;

    /// <summary>A fault of the service's own, which is told to nobody; that it was the service which said so is.</summary>
    public static RpcException Internal(string service) => new RichStatus
    {
        Code = (int)StatusCode.Internal, Message = "internal error", Details = { Any.Pack(new ErrorInfo { Reason = "INTERNAL", Domain = $"{service}.doseline" }) },
    }.ToRpcException();

    static bool HasDetails(RpcException fault)
    {
        try
        {
            return fault.GetRpcStatus() is { Details.Count: > 0 };
        }
        catch (InvalidProtocolBufferException)
        {
            return false;
        }
    }

    static ErrorInfo InfoOf(string service, Refusal refusal)
    {
        var info = new ErrorInfo { Reason = refusal.Code, Domain = $"{service}.doseline", Metadata = { ["subject"] = Cut(refusal.Subject, WordMax) } };
        CopyNumbers(refusal, info.Metadata, room: DetailsBytesMax / 4);
        return info;
    }

    static RefusalReason Write(Refusal refusal)
    {
        var reason = new RefusalReason
        {
            Code = refusal.Code, Subject = Cut(refusal.Subject, WordMax), Message = Cut(refusal.Message, SentenceMax), Kind = refusal.Kind.ToString().ToUpperInvariant(),
        };
        CopyNumbers(refusal, reason.Numbers, room: DetailsBytesMax / 4);
        return reason;
    }

    static void CopyNumbers(Refusal refusal, MapField<string, string> numbers, int room)
    {
        foreach (var (key, value) in refusal.Numbers)
        {
            var text = Cut(value, WordMax);
            room -= key.Length + System.Text.Encoding.UTF8.GetByteCount(text) + 6;
            if (room < 0) return;
            numbers[key] = text;
        }
    }

    // Takes items in their order for as long as they fit.
    static void Fill<T>(RepeatedField<T> list, IEnumerable<T> items, int room) where T : IMessage<T>
    {
        foreach (var item in items)
        {
            room -= item.CalculateSize() + 4;
            if (room < 0) return;
            list.Add(item);
        }
    }

    static string Cut(string text, int lengthMax)
    {
        if (text.Length <= lengthMax) return text;
        var length = char.IsHighSurrogate(text[lengthMax - 2]) ? lengthMax - 2 : lengthMax - 1;
        return text[..length] + "…";
    }

    static Refusal Read(RefusalReason reason)
    {
        var kind = System.Enum.TryParse<RefusalKind>(reason.Kind, ignoreCase: true, out var known) ? known : RefusalKind.State;
        return reason.Numbers.Aggregate(new Refusal(kind, reason.Code, reason.Subject, reason.Message), (r, n) => r.With(n.Key, n.Value));
    }

    static StatusCode CodeOf(RefusalKind kind) => kind switch
    {
        RefusalKind.Invalid => StatusCode.InvalidArgument,
        RefusalKind.State => StatusCode.FailedPrecondition,
        RefusalKind.Missing => StatusCode.NotFound,
        RefusalKind.Stale => StatusCode.Aborted,
        RefusalKind.Denied => StatusCode.PermissionDenied,
        RefusalKind.Unauthenticated => StatusCode.Unauthenticated,
        RefusalKind.Overload => StatusCode.ResourceExhausted,
        RefusalKind.Unavailable => StatusCode.Unavailable,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "unknown refusal kind"),
    };
}
