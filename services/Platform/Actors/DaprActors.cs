using System.Text.Json;
using Doseline.Kernel.Rules;
using Doseline.Platform.Auth;
using Doseline.Platform.Messaging;
using Doseline.Platform.Messaging.Dapr;
using Doseline.Platform.Rpc;
using Google.Protobuf;
using Grpc.Core;
using RichStatus = Google.Rpc.Status;

namespace Doseline.Platform.Actors;

/// <summary>A command on its way to an actor through the sidecar, with the request it is part of.</summary>
/// <param name="Command">The message's bytes.</param>
/// <param name="Caller">Who asks.</param>
/// <param name="CausationId">Request or fact.</param>
/// <param name="CorrelationId">First request.</param>
/// <param name="Zone">IANA zone of the person.</param>
/// <param name="Reason">Why; empty where none was asked for.</param>
/// <param name="SignatureId">Signature; null when unsigned.</param>
/// <param name="Fact">Fact whose effect the turn makes; null for none.</param>
public sealed record ActorCall(byte[] Command, Caller Caller, string CausationId, string CorrelationId, string Zone, string Reason, string? SignatureId, FactKey? Fact);

/// <summary>An actor's answer or its refusal; both travel inside a 200, because Dapr takes everything else for a fault and may repeat it.</summary>
/// <param name="Answer">The message's bytes; null when refused.</param>
/// <param name="Refused">Bytes of the <c>google.rpc.Status</c>; null when answered.</param>
public sealed record ActorReply(byte[]? Answer, byte[]? Refused);

/// <summary>Asks actors through the Dapr sidecar, which finds the host that owns the actor.</summary>
public sealed class DaprActors(DaprSidecar sidecar, RequestContext request) : IActors
{
    /// <inheritdoc/>
    /// <exception cref="RefusedException">The actor said no, or ACTOR_UNAVAILABLE when it could not be asked: then nothing is known of what it did, and the same command is asked again.</exception>
    public async Task<TAnswer> AskAsync<TAnswer>(string type, string id, IMessage command, CancellationToken cancel)
        where TAnswer : class, IMessage<TAnswer>, new()
    {
        var call = new ActorCall(command.ToByteArray(), request.Caller, request.CausationId, request.CorrelationId, request.Zone, request.Reason, request.SignatureId, request.Fact?.For($"{type}/{id}"));
        var path = $"actors/{Uri.EscapeDataString(type)}/{Uri.EscapeDataString(id)}/method/{command.Descriptor.Name}";
        byte[] body;
        try
        {
            body = await sidecar.SendAsync(HttpMethod.Put, path, JsonSerializer.SerializeToUtf8Bytes(call, JsonSerializerOptions.Web), "application/json", cancel);
        }
        catch (DaprException fault)
        {
            throw new RefusedException(Refusal.Unavailable($"actors/{type}/{id}", "ACTOR_UNAVAILABLE", fault.Message).With("actor_type", type).With("actor_id", id));
        }

        var reply = JsonSerializer.Deserialize<ActorReply>(body, JsonSerializerOptions.Web)!;
        if (reply.Refused is { } refused) throw new RefusedException([.. RpcErrors.Read(RichStatus.Parser.ParseFrom(refused).ToRpcException())]);
        var answer = new TAnswer();
        answer.MergeFrom(reply.Answer!);
        return answer;
    }
}

/// <summary>Runs turns that the sidecar asks for.</summary>
public sealed class DaprTurns(ActorHost host, IEnumerable<IReminderPump> pumps)
{
    /// <summary>Types hosted here.</summary>
    public IEnumerable<string> Types => host.Types.Select(t => t.Type);

    /// <summary>Runs a command; null when there is no such actor type or command here.</summary>
    public async Task<ActorReply?> ReceiveAsync(string type, string id, string method, ActorCall call, CancellationToken cancel)
    {
        if (host.Of(type) is not { } actor || !actor.Commands.TryGetValue(method, out var parser)) return null;
        var asker = new RequestContext
        {
            Caller = call.Caller,
            CausationId = call.CausationId,
            CorrelationId = call.CorrelationId,
            Zone = call.Zone,
            Reason = call.Reason,
            SignatureId = call.SignatureId,
            Fact = call.Fact,
        };
        try
        {
            return new ActorReply((await host.ReceiveAsync(type, id, parser.ParseFrom(call.Command), asker, cancel))?.ToByteArray() ?? [], null);
        }
        catch (RefusedException refused)
        {
            return new ActorReply(null, RpcErrors.Exception(actor.Service, refused.Refusals).GetRpcStatus()!.ToByteArray());
        }
    }

    /// <summary>Delivers a deadline if its row says that it is due; the sidecar's call says only that it may be time.</summary>
    public async Task RemindAsync(string type, string id, string name, CancellationToken cancel)
    {
        var service = host.Of(type)?.Service;
        foreach (var pump in pumps.Where(p => string.Equals(p.Service, service, StringComparison.Ordinal))) await pump.WakeAsync(type, id, name, cancel);
    }
}
