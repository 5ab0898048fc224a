using Doseline.Common.V1;
using Doseline.Kernel.Rules;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using GrpcStatus = Grpc.Core.Status;
using RichStatus = Google.Rpc.Status;

namespace Doseline.Kernel.Rpc;

/// <summary>Refusals on the wire, the way AIP-193 asks: a status, its standard details, and every reason with its numbers.</summary>
public static class RpcErrors
{
    const string DetailsKey = "grpc-status-details-bin";
    const int ReasonsMax = 16;

    /// <summary>The exception that carries refusals to the client; the first refusal sets the code.</summary>
    /// <param name="service">Refusing service, for example <c>orders</c>.</param>
    /// <param name="refusals">At least one.</param>
    public static RpcException Exception(string service, IReadOnlyList<Refusal> refusals)
    {
        var code = CodeOf(refusals[0].Kind);
        var status = new RichStatus { Code = (int)code, Message = refusals[0].Message };
        status.Details.Add(Any.Pack(InfoOf(service, refusals[0])));
        if (Of(refusals, RefusalKind.Invalid) is { Count: > 0 } invalid)
        {
            status.Details.Add(Any.Pack(new BadRequest
            {
                FieldViolations = { invalid.Select(r => new BadRequest.Types.FieldViolation { Field = r.Subject, Description = r.Message, Reason = r.Code }) },
            }));
        }

        if (Of(refusals, RefusalKind.State) is { Count: > 0 } state)
        {
            status.Details.Add(Any.Pack(new PreconditionFailure
            {
                Violations = { state.Select(r => new PreconditionFailure.Types.Violation { Type = r.Code, Subject = r.Subject, Description = r.Message }) },
            }));
        }

        if (Of(refusals, RefusalKind.Missing) is [var missing, ..])
            status.Details.Add(Any.Pack(new ResourceInfo { ResourceType = missing.Subject.Split('/')[0], ResourceName = missing.Subject, Description = missing.Message }));
        if (refusals.Any(r => r.Kind is RefusalKind.Overload or RefusalKind.Unavailable))
            status.Details.Add(Any.Pack(new RetryInfo { RetryDelay = Duration.FromTimeSpan(TimeSpan.FromSeconds(1)) }));
        status.Details.Add(Any.Pack(new Refusals { Reasons = { refusals.Take(ReasonsMax).Select(Write) } }));
        return new RpcException(new GrpcStatus(code, refusals[0].Message), new Metadata { { DetailsKey, status.ToByteArray() } });
    }

    /// <summary>The refusals a failed call carries; empty when it carries none.</summary>
    public static IReadOnlyList<Refusal> Read(RpcException fault)
    {
        if (fault.Trailers.GetValueBytes(DetailsKey) is not { } bytes) return [];
        var detail = RichStatus.Parser.ParseFrom(bytes).Details.FirstOrDefault(d => d.Is(Refusals.Descriptor));
        return detail is null ? [] : [.. detail.Unpack<Refusals>().Reasons.Select(Read)];
    }

    /// <summary>What a failed call to another service means to the caller here: its refusals, or that the service cannot be asked.</summary>
    /// <param name="fault">The failed call.</param>
    /// <param name="service">Service that was asked.</param>
    public static IReadOnlyList<Refusal> Passed(RpcException fault, string service) => Read(fault) is [_, ..] refusals
        ? refusals
        : [Refusal.Unavailable($"services/{service}", "DEPENDENCY_UNAVAILABLE", $"The {service} service cannot be asked now ({fault.StatusCode}).").With("service", service)];

    static List<Refusal> Of(IReadOnlyList<Refusal> refusals, RefusalKind kind) => [.. refusals.Where(r => r.Kind == kind).Take(ReasonsMax)];

    static ErrorInfo InfoOf(string service, Refusal refusal)
    {
        var info = new ErrorInfo { Reason = refusal.Code, Domain = $"{service}.doseline", Metadata = { ["subject"] = refusal.Subject } };
        foreach (var (key, value) in refusal.Numbers) info.Metadata[key] = value;
        return info;
    }

    static RefusalReason Write(Refusal refusal)
    {
        var reason = new RefusalReason { Code = refusal.Code, Subject = refusal.Subject, Message = refusal.Message, Kind = refusal.Kind.ToString().ToUpperInvariant() };
        foreach (var (key, value) in refusal.Numbers) reason.Numbers[key] = value;
        return reason;
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
