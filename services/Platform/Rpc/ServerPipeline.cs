using System.Diagnostics;
using Doseline.Common.V1;
using Doseline.Kernel.Rules;
using Doseline.Kernel.Signing;
using Doseline.Kernel.Time;
using Doseline.Platform.Auth;
using Doseline.Platform.Data;
using Doseline.Platform.Data.Writing;
using Doseline.Platform.Hosting;
using Doseline.Platform.Messaging;
using Doseline.Platform.Signing;
using Doseline.Platform.Telemetry;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Doseline.Platform.Rpc;

/// <summary>What every call passes before its api class: deadline, identity, policy, idempotency, signature; and how a refusal leaves.</summary>
public sealed class ServerPipeline(
    MethodTable methods, ITokenReader tokens, Behalf behalf, PersonGate people, TrainingGate training, CallLimit limit, StandingOptions standing, DatabaseTable databases, ClockWatch clock,
    SignatureGate signatures, Receipts receipts, SecurityLog security, RpcMetrics metrics, ILogger<ServerPipeline> log) : Interceptor
{
    const int RequestIdLengthMax = 64;
    const int OriginLengthMax = 64;

    /// <inheritdoc/>
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        if (methods.Find(context.Method) is not { } method)
        {
            RequireOpen(context);
            return await continuation(request, context);
        }

        var started = Stopwatch.GetTimestamp();
        var status = StatusCode.OK;
        try
        {
            var scope = context.Services();
            using var _ = await BeginAsync(method, (IMessage)request, context, scope);
            var response = method.Policy.Mutates ? await OnceAsync(method, request, context, scope, continuation) : await continuation(request, context);
            if (!method.Policy.Mutates) RequireNarrowed(method, scope);
            receipts.Give(method.DatabaseOf((IMessage)request), context.Method, scope.GetRequiredService<RequestContext>().Caller, (IMessage)request, (IMessage)response, context);
            return response;
        }
        catch (Exception fault)
        {
            var translated = Translate(fault, method, (IMessage)request, context);
            status = translated.StatusCode;
            throw translated;
        }
        finally
        {
            metrics.Record(method.Name, started, status);
        }
    }

    /// <inheritdoc/>
    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        if (methods.Find(context.Method) is not { } method)
        {
            RequireOpen(context);
            await continuation(request, responseStream, context);
            return;
        }

        try
        {
            // A watch is open for hours and mostly waits: it gives its place back before it begins.
            (await BeginAsync(method, (IMessage)request, context, context.Services())).Dispose();
            // Who waits for the first change knows at once that the watch is open.
            await context.WriteResponseHeadersAsync([]);
            var caller = context.Services().GetRequiredService<RequestContext>().Caller;
            await StandingCall.ServeAsync(context, cancel => StandsAsync(caller, cancel), standing.LookEvery,
                standing => continuation(request, new NarrowStream<TResponse>(responseStream, () => RequireNarrowed(method, context.Services())), standing));
        }
        catch (Exception fault)
        {
            throw Translate(fault, method, (IMessage)request, context);
        }
    }

    // A watch does not outlive the session it was opened in, nor the right of its person to be here.
    async ValueTask StandsAsync(Caller caller, CancellationToken cancel)
    {
        if (tokens.HasEnded(caller)) throw PersonGate.SessionEnded;
        await people.ResolveAsync(caller, cancel);
    }

    // Health and reflection are for anybody; whatever else has no policy was mapped past the table and is nobody's.
    static void RequireOpen(ServerCallContext context)
    {
        if (!context.Method.StartsWith("/grpc.", StringComparison.Ordinal))
            throw new RpcException(new Status(StatusCode.PermissionDenied, $"{context.Method} has no policy."));
    }

    async Task<CallLimit.Place> BeginAsync(RpcMethod method, IMessage message, ServerCallContext context, IServiceProvider scope)
    {
        // gRPC deadlines are wall-clock time of the caller's machine; the transport turns a passed one into cancellation.
        context.CancellationToken.ThrowIfCancellationRequested();
        var headers = context.RequestHeaders;
        var caller = await people.ResolveAsync(await CallerOf(headers, method), context.CancellationToken);
        var request = scope.GetRequiredService<RequestContext>();
        request.Caller = caller;
        request.Caller = caller = Authorise(method, message, caller);
        List<Refusal> malformed = [];
        WellFormed.Check(message, malformed);
        Receipts.Check(headers, malformed);
        if (malformed is []) CodeFields.Check(message, malformed);
        if (malformed is [] && method.Policy.Mutates) EventFields.Check(message, new EventSpan(scope.GetRequiredService<TimeProvider>().GetUtcNow()), malformed);
        if (method.Chooser is not null && !databases.Hosts(method.DatabaseOf(message))) malformed.Add(NotHosted(method.DatabaseOf(message)));
        malformed.ThrowIfAny();
        await training.RequireAsync(caller, method.Policy.Procedure, context.CancellationToken);

        request.Service = method.DatabaseOf(message);
        request.CausationId = method.RequestId?.Accessor.GetValue(message) as string ?? "";
        request.CorrelationId = (caller.Is(Roles.Service) ? headers.GetValue(RpcHeaders.Correlation) : null) ?? request.CausationId;
        request.Zone = headers.GetValue(RpcHeaders.Zone) is { } zone && Zones.Exists(zone) ? zone : "UTC";
        request.Reason = method.Reason?.Accessor.GetValue(message) as string ?? "";
        request.SecondLook = method.SecondLook?.Accessor.GetValue(message) as SecondLook;
        return limit.Enter(caller);
    }

    async ValueTask<Caller> CallerOf(Metadata headers, RpcMethod method)
    {
        const string scheme = "Bearer ";
        var header = headers.GetValue("authorization");
        var caller = header?.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) is true ? await tokens.ReadAsync(header[scheme.Length..]) : null;
        if (caller is null) throw new RefusedException(new Refusal(RefusalKind.Unauthenticated, "TOKEN_INVALID", "authorization", "A valid bearer token is needed."));
        if (!caller.Is(Roles.Service) || headers.GetValue(RpcHeaders.OnBehalfOf) is not { Length: > 0 } said) return caller;
        return await behalf.ReadAsync(said, caller.Subject[Roles.ServicePrefix.Length..], method.Service) is { } spoken
            ? spoken with { Scopes = caller.Scopes }
            : throw new RefusedException(new Refusal(RefusalKind.Unauthenticated, "BEHALF_INVALID", RpcHeaders.OnBehalfOf, "For whom a service calls it says in writing, signed by itself for the service that it calls."));
    }

    // The caller as far as the method concerns it: with the sites where it holds a role that the method admits.
    static Caller Authorise(RpcMethod method, IMessage message, Caller caller)
    {
        caller = Admission.Of(method, message, caller);
        if (caller.Scopes is { } scopes && !ApiScopes.Cover(scopes, method.Service, method.Policy.Mutates))
        {
            throw new RefusedException(Refusal.Denied(method.Name, "SCOPE_NOT_ALLOWED", $"{method.Name} needs a scope that this token does not have.")
                .With("scopes_needed", method.Policy.Mutates ? method.Service : $"{method.Service}.read,{method.Service}").With("scopes", string.Join(' ', scopes)));
        }

        RequireSite(method, message, caller);
        return caller;
    }

    static void RequireSite(RpcMethod method, IMessage message, Caller caller)
    {
        if (method.SiteOf(message) is { Length: > 0 } site) caller.RequireSite(site);
    }

    async Task<TResponse> OnceAsync<TRequest, TResponse>(
        RpcMethod method, TRequest request, ServerCallContext context, IServiceProvider scope, UnaryServerMethod<TRequest, TResponse> continuation)
        where TRequest : class where TResponse : class
    {
        var message = (IMessage)request;
        var id = (string)method.RequestId!.Accessor.GetValue(message);
        if (id is not { Length: > 0 and <= RequestIdLengthMax })
            throw new RefusedException(Refusal.Invalid("request_id", "REQUEST_ID_MISSING", $"request_id is required, with at most {RequestIdLengthMax} characters; a UUID is best."));

        var state = scope.GetRequiredService<RequestContext>();
        var call = new IdempotentCall(id, method.Name, Digest.Of(SignedContent.WithoutSecrets(message).ToByteArray()), context.RequestHeaders.GetValue(RpcHeaders.Origin) is { Length: <= OriginLengthMax } origin ? origin : "");
        var service = method.DatabaseOf(message);
        var db = databases.Of(service, scope);
        if (await EarlierAsync(db, state.Caller, call, context.CancellationToken) is { } earlier) return Parse(earlier);

        // A record made by a clock that is off would be wrong for ever.
        clock.RequireTrusted();
        state.Call = call;
        try
        {
            var given = await signatures.PassAsync(method, message, state.Caller, db, context.CancellationToken);
            await training.RequireSignersAsync(state.Caller, given, method.Policy.Procedure, context.CancellationToken);
            state.Sign(given);
            RequireSite(method, message, state.Caller);
            // Whoever was overtaken decides once more on what there is now, as if the call had come a moment later. What names the version it was decided on
            // is refused by that; what is signed was signed over what was read, and is not made again.
            var response = await db.DecideAsync(() => continuation(request, context), context.CancellationToken);
            RequireNarrowed(method, scope);
            return call.Answered ? response : throw new InvalidOperationException($"{method.Name} mutates but did not save its answer (AnswerAsync).");
        }
        catch (Exception fault) when (fault is DbUpdateException or RefusedException || DatabaseAway(fault))
        {
            // A twin of this call may have committed first, and what it did may be what this one was refused for: then its answer is the answer.
            // So may this call itself, where the database was lost before it said so.
            await using var fresh = scope.GetRequiredService<IServiceScopeFactory>().CreateAsyncScope();
            if (await EarlierAsync(databases.Of(service, fresh.ServiceProvider), state.Caller, call, context.CancellationToken) is { } twin) return Parse(twin);
            throw;
        }

        TResponse Parse(byte[] bytes) => (TResponse)method.Descriptor.OutputType.Parser.ParseFrom(bytes);
    }

    // One use of an id is a retry of another when the same caller asks for the same from the same place; every other use of it is refused, and looked into: one that
    // is the same to the last byte and comes from elsewhere was captured on its way.
    async Task<byte[]?> EarlierAsync(ServiceDb db, Caller caller, IdempotentCall call, CancellationToken cancel)
    {
        if (await db.PeekAllAsync<RequestRow>(nameof(RequestRow.RequestId), call.RequestId, cancel) is not [_, ..] uses) return null;
        var own = uses.FirstOrDefault(r => r.Subject == caller.Principal);
        var same = own is not null && own.Method == call.Method && own.PayloadHash == call.PayloadHash;
        var elsewhere = own?.Origin is { Length: > 0 } first && call.Origin is { Length: > 0 } && call.Origin != first;
        if (same && !elsewhere) return own!.Response;
        security.Reused(db.Service, call, caller);
        if (same)
        {
            throw new RefusedException(Refusal.State($"requests/{call.RequestId}", "REQUEST_REPLAYED", $"request_id {call.RequestId} was answered to another client certificate or address; read what it did, or ask anew.")
                .With("request_id", call.RequestId).With("first_used_time", own!.Time));
        }

        throw new RefusedException(Refusal.State($"requests/{call.RequestId}", "REQUEST_ID_REUSED", $"request_id {call.RequestId} was used before {(own is null ? "by another caller" : "with another payload")}.")
            .With("request_id", call.RequestId).With("first_used_time", own?.Time));
    }

    // What a partner is not to see is not sent because somebody forgot to look whose it is.
    static void RequireNarrowed(RpcMethod method, IServiceProvider scope)
    {
        var request = scope.GetRequiredService<RequestContext>();
        if (method.Policy.Partner is PartnerReach.Customer && request.Caller.IsPartner && !request.Narrowed)
            throw new InvalidOperationException($"{method.Name} answers a partner and has not asked what is its own (OwnTo).");
    }

    Refusal NotHosted(string service) =>
        Refusal.Invalid("service", "SERVICE_NOT_HOSTED", $"This host has no service '{service}'; it has {string.Join(", ", databases.Services.Order(StringComparer.Ordinal))}.")
            .With("service", service).With("services_hosted", string.Join(',', databases.Services.Order(StringComparer.Ordinal)));

    // A lost connection, a deadlock or a lock that was not given in time: nothing was changed, and a repetition may succeed.
    static bool DatabaseAway(Exception fault) => fault switch
    {
        NpgsqlException npgsql => npgsql.IsTransient,
        SqliteException sqlite => sqlite.SqliteErrorCode is 5 or 6,
        DbUpdateException or InvalidOperationException => fault.InnerException is { } inner && DatabaseAway(inner),
        _ => false,
    };

    RpcException Translate(Exception fault, RpcMethod method, IMessage message, ServerCallContext context)
    {
        var request = LogText.Of(method.RequestId?.Accessor.GetValue(message) as string);
        switch (fault)
        {
            case RpcException passed:
                return passed;
            case RefusedException refused:
                security.Note(method.Name, context.Services().GetRequiredService<RequestContext>().Caller, refused.Refusals);
                log.LogInformation("{Method} {RequestId} refused: {Codes} {Message}", method.Name, request, string.Join(',', refused.Refusals.Select(r => r.Code)), LogText.Of(refused.Message));
                return RpcErrors.Exception(method.Service, refused.Refusals);
            case var _ when DbRaces.IsOvertaken(fault):
                return RpcErrors.Exception(method.Service, [new Refusal(RefusalKind.Stale, "CHANGED_MEANWHILE", method.Name, "Another call changed the same record first; read it again and repeat.")]);
            // Two calls with one signature at the same time: the table lets one of them have it.
            case RowRefusedException { Row: SignatureRow used }:
                return RpcErrors.Exception(method.Service, [SignatureGate.Used(SignedContent.Field, used.Id)]);
            case OperationCanceledException when context.CancellationToken.IsCancellationRequested:
                return new RpcException(new Status(context.Deadline <= WallClock.UtcNow.UtcDateTime ? StatusCode.DeadlineExceeded : StatusCode.Cancelled, "The call was given up before it was done; nothing was changed."));
            case var _ when DatabaseAway(fault):
                log.LogWarning(fault, "{Method} {RequestId} found its database away or busy", method.Name, request);
                return RpcErrors.Exception(method.Service, [Refusal.Unavailable($"services/{method.Service}", "DATABASE_UNAVAILABLE", "The database cannot take this now; repeat the call with the same request_id.")]);
            default:
                log.LogError(fault, "{Method} {RequestId} failed", method.Name, request);
                return RpcErrors.Internal(method.Service);
        }
    }
}

/// <summary>Metadata keys of the platform.</summary>
public static class RpcHeaders
{
    /// <summary>Person on whose behalf a service calls; believed from service accounts only.</summary>
    public const string OnBehalfOf = "doseline-on-behalf-of";

    /// <summary>Correlation id; believed from service accounts only.</summary>
    public const string Correlation = "doseline-correlation-id";

    /// <summary>Digest of the client's certificate or address, said by the gateway alone: what comes from outside under this name is dropped there.</summary>
    public const string Origin = "doseline-origin";

    /// <summary>IANA zone in which the person reads and types.</summary>
    public const string Zone = "doseline-zone";

    /// <summary>Asks for a receipt (<see cref="Receipts"/>), and is where it is given.</summary>
    public const string Receipt = "doseline-receipt";
}
