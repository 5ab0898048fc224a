using System.Text.Json;
using Doseline.Platform.Auth;
using Doseline.Platform.Messaging;
using Orleans;
using Flow = Orleans.Runtime.RequestContext;

namespace Doseline.Platform.Actors;

/// <summary>What travels with a call to an actor: the request it is part of.</summary>
/// <param name="Caller">Who asks.</param>
/// <param name="CausationId">Request or fact.</param>
/// <param name="CorrelationId">First request.</param>
/// <param name="Zone">IANA zone of the person.</param>
/// <param name="Reason">Why; empty where none was asked for.</param>
/// <param name="SignatureId">Signature; null when unsigned.</param>
/// <param name="Origin">The fact being handled as it was published; null for calls.</param>
[GenerateSerializer, Immutable, Alias("doseline.CallFlow")]
public sealed record CallFlow(
    [property: Id(0)] Caller Caller, [property: Id(1)] string CausationId, [property: Id(2)] string CorrelationId, [property: Id(3)] string Zone,
    [property: Id(4)] string Reason, [property: Id(5)] string? SignatureId, [property: Id(6)] string? Origin)
{
    const string Key = "doseline";

    /// <summary>Puts a request on its way with the calls to actors that follow.</summary>
    public static void Send(RequestContext request) =>
        Flow.Set(Key, new CallFlow(request.Caller, request.CausationId, request.CorrelationId, request.Zone, request.Reason, request.SignatureId, request.Origin));

    /// <summary>Fills the context of a turn from what came with its call.</summary>
    /// <returns>False when nothing came: nobody asked for the turn.</returns>
    public static bool Receive(RequestContext request)
    {
        if (Flow.Get(Key) is not CallFlow flow) return false;
        (request.Caller, request.CausationId, request.CorrelationId) = (flow.Caller, flow.CausationId, flow.CorrelationId);
        (request.Zone, request.Reason, request.SignatureId, request.Origin) = (flow.Zone, flow.Reason, flow.SignatureId, flow.Origin);
        return true;
    }
}

/// <summary>A caller as it crosses silos.</summary>
[GenerateSerializer, Alias("doseline.Caller")]
public struct CallerWire
{
    /// <summary>JSON, in which a member that another version added does no harm.</summary>
    [Id(0)]
    public string Json { get; set; }
}

/// <summary>Converts callers.</summary>
[RegisterConverter]
public sealed class CallerConverter : IConverter<Caller, CallerWire>
{
    /// <inheritdoc/>
    public Caller ConvertFromSurrogate(in CallerWire surrogate) => JsonSerializer.Deserialize<Caller>(surrogate.Json, JsonSerializerOptions.Web)!;

    /// <inheritdoc/>
    public CallerWire ConvertToSurrogate(in Caller value) => new() { Json = JsonSerializer.Serialize(value, JsonSerializerOptions.Web) };
}
