using System.Net.Mime;
using System.Text.Json.Nodes;
using Doseline.Gateway.Front;
using Doseline.Kernel.Rules;
using Doseline.Platform.Rpc;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Doseline.Gateway.Connect;

/// <summary>Errors in the form of the Connect protocol: code, message, and every detail of the gRPC status, readable.</summary>
/// <remarks>https://connectrpc.com/docs/protocol, "Error end-stream" and "Error codes".</remarks>
public sealed class ConnectFault(FrontMethods methods)
{
    const string Service = "gateway";

    /// <summary>The gateway's own refusals, in the form every service of the platform uses.</summary>
    public static RpcException Refuse(params IReadOnlyList<Refusal> refusals) => RpcErrors.Exception(Service, refusals);

    /// <summary>What a failed call says to the outside.</summary>
    public static RpcException Explained(RpcException fault, string service) => RpcErrors.Explained(fault, service, Service);

    /// <summary>A refusal under another code than its kind's, where the protocol has one of its own for it.</summary>
    public static RpcException RefuseAs(StatusCode code, Refusal refusal)
    {
        var status = Refuse(refusal).GetRpcStatus()!;
        status.Code = (int)code;
        return status.ToRpcException();
    }

    /// <summary>Writes the error as the whole response of a unary call.</summary>
    /// <param name="context">Response.</param>
    /// <param name="fault">What the service, or the gateway, answered.</param>
    /// <param name="httpStatus">HTTP status where the protocol asks for another than the code's own; null for the code's own.</param>
    public async Task WriteAsync(HttpContext context, RpcException fault, int? httpStatus = null)
    {
        FrontMeter.Ended(context, fault.StatusCode);
        context.Response.StatusCode = httpStatus ?? HttpStatusOf(fault.StatusCode);
        context.Response.ContentType = MediaTypeNames.Application.Json;
        context.Response.Headers.CacheControl = "no-store";
        // RFC 9110, 15.5.2 and RFC 6750, 3: whoever is not known is told how to say who he is.
        if (context.Response.StatusCode == StatusCodes.Status401Unauthorized) context.Response.Headers.WWWAuthenticate = "Bearer realm=\"doseline\"";
        await context.Response.WriteAsync(Json(fault).ToJsonString(), context.RequestAborted);
    }

    /// <summary>The error as JSON.</summary>
    public JsonObject Json(RpcException fault)
    {
        JsonObject error = new() { ["code"] = NameOf(fault.StatusCode), ["message"] = fault.Status.Detail };
        if (Details(fault) is { Count: > 0 } details) error["details"] = details;
        return error;
    }

    JsonArray? Details(RpcException fault)
    {
        try
        {
            return fault.GetRpcStatus() is { } status ? [.. status.Details.Select(Detail)] : null;
        }
        catch (InvalidProtocolBufferException)
        {
            // Not ours to read; code and message still say what happened.
            return null;
        }
    }

    JsonNode Detail(Any detail)
    {
        var name = Any.GetTypeName(detail.TypeUrl);
        // Unpadded, as the protocol asks.
        JsonObject json = new() { ["type"] = name, ["value"] = Convert.ToBase64String(detail.Value.Span).TrimEnd('=') };
        if (methods.Types.Find(name) is { } type) json["debug"] = JsonNode.Parse(methods.Json.Format(type.Parser.ParseFrom(detail.Value)));
        return json;
    }

    internal static int HttpStatusOf(StatusCode code) => code switch
    {
        StatusCode.OK => StatusCodes.Status200OK,
        StatusCode.Cancelled => StatusCodes.Status499ClientClosedRequest,
        StatusCode.InvalidArgument or StatusCode.FailedPrecondition or StatusCode.OutOfRange => StatusCodes.Status400BadRequest,
        StatusCode.DeadlineExceeded => StatusCodes.Status504GatewayTimeout,
        StatusCode.NotFound => StatusCodes.Status404NotFound,
        StatusCode.AlreadyExists or StatusCode.Aborted => StatusCodes.Status409Conflict,
        StatusCode.PermissionDenied => StatusCodes.Status403Forbidden,
        StatusCode.ResourceExhausted => StatusCodes.Status429TooManyRequests,
        StatusCode.Unimplemented => StatusCodes.Status501NotImplemented,
        StatusCode.Unavailable => StatusCodes.Status503ServiceUnavailable,
        StatusCode.Unauthenticated => StatusCodes.Status401Unauthorized,
        _ => StatusCodes.Status500InternalServerError,
    };

    internal static string NameOf(StatusCode code) => code switch
    {
        // One l, as the protocol spells it.
        StatusCode.Cancelled => "canceled",
        StatusCode.InvalidArgument => "invalid_argument",
        StatusCode.DeadlineExceeded => "deadline_exceeded",
        StatusCode.NotFound => "not_found",
        StatusCode.AlreadyExists => "already_exists",
        StatusCode.PermissionDenied => "permission_denied",
        StatusCode.ResourceExhausted => "resource_exhausted",
        StatusCode.FailedPrecondition => "failed_precondition",
        StatusCode.Aborted => "aborted",
        StatusCode.OutOfRange => "out_of_range",
        StatusCode.Unimplemented => "unimplemented",
        StatusCode.Internal => "internal",
        StatusCode.Unavailable => "unavailable",
        StatusCode.DataLoss => "data_loss",
        StatusCode.Unauthenticated => "unauthenticated",
        _ => "unknown",
    };
}
