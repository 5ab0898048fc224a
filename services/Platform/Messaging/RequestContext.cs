using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Doseline.Common.V1;
using Doseline.Kernel.Ids;
using Doseline.Kernel.Rules;
using Doseline.Kernel.Time;
using Doseline.Platform.Auth;
using Doseline.Platform.Signing;

namespace Doseline.Platform.Messaging;

/// <summary>
/// What is known of the request or fact being handled in this scope. Interceptors and the dispatcher fill it; the database
/// writes it into facts, audit and request rows, so that application code cannot forget it.
/// </summary>
public sealed class RequestContext
{
    /// <summary>The service whose data the call is about; empty outside calls.</summary>
    public string Service { get; set; } = "";

    /// <summary>Who acts.</summary>
    public Caller Caller { get; set; } = Caller.Nobody;

    /// <summary>Id of the request or fact being handled; empty for work that nobody asked for, such as a sweep.</summary>
    public string CausationId { get; set; } = "";

    /// <summary>Id that everything caused by the same first request shares.</summary>
    public string CorrelationId { get; set; } = "";

    /// <summary>IANA zone in which the person read and typed; UTC for machines.</summary>
    public string Zone { get; set; } = "UTC";

    /// <summary>Why, as given by the person; empty where none was asked for.</summary>
    public string Reason { get; set; } = "";

    /// <summary>What the person said of values that were questioned; null for a first try.</summary>
    public SecondLook? SecondLook { get; set; }

    /// <summary>Id of the electronic signature that covers this change; null when unsigned.</summary>
    public string? SignatureId { get; set; }

    /// <summary>Signatures given with the call and accepted, the first person's first; none when unsigned.</summary>
    public ImmutableArray<GivenSignature> Signatures { get; private set; } = [];

    /// <summary>Takes the accepted signatures. A second person's rights at sites limit the call as the caller's own do.</summary>
    public void Sign(ImmutableArray<GivenSignature> signatures)
    {
        Signatures = signatures;
        SignatureId = signatures is [var first, ..] ? first.Claims.Id : null;
        if (signatures is [_, var second] && !second.Sites.Contains(Caller.AllSites, StringComparer.Ordinal))
            Caller = Caller with { Sites = Caller.Sites.Contains(Caller.AllSites, StringComparer.Ordinal) ? second.Sites : [.. Caller.Sites.Intersect(second.Sites, StringComparer.Ordinal)] };
    }

    /// <summary>The signature of the call, where the record at hand asks for one that its method alone does not.</summary>
    /// <param name="meaning">What it must declare, which is what its method declares.</param>
    /// <param name="refusals">Takes the refusal when there is none.</param>
    public void RequireSignature(SigningMeaning meaning, List<Refusal> refusals)
    {
        if (Signatures is []) refusals.Add(SignatureGate.Missing(SignedContent.Field, meaning));
    }

    /// <summary>The late entry that the call makes; null when it makes none. Its policy asks for the signatures of both persons.</summary>
    /// <param name="reason">Reason as sent in <c>late_reason</c>; empty for no late entry.</param>
    /// <param name="refusals">Takes what is wrong with it.</param>
    public LateEntry? Late(string reason, List<Refusal> refusals)
    {
        if (reason is "") return null;
        refusals.RequireText(reason, "late_reason", 500);
        return Signatures is [_, var second] ? new LateEntry(reason, second.Claims.SignerId, second.Claims.SignerName) : null;
    }

    /// <summary>The fact being handled as it was published, for the audit trail (see <see cref="Fact.OriginJson"/>); null for calls and sweeps.</summary>
    public string? Origin { get; set; }

    /// <summary>The fact whose effect is being made; it goes with the calls into actors. Null for calls and sweeps.</summary>
    public FactKey? Fact { get; set; }

    /// <summary>True once the service has asked whose own its answer is narrowed to, see <see cref="OwnTo"/>.</summary>
    public bool Narrowed { get; private set; }

    /// <summary>The partner to whose own the call is to be narrowed; null for everybody else. A method whose policy says <c>PARTNER_REACH_CUSTOMER</c> asks this and narrows, or its answer is not sent.</summary>
    public string? OwnTo()
    {
        Narrowed = true;
        return Caller.IsPartner ? Caller.Person : null;
    }

    /// <summary>An id for what the call causes elsewhere or names anew: the same for its repeat, and another for whoever else uses the same request id.</summary>
    /// <param name="parts">What it is for, and what sets it apart from others that the same call makes.</param>
    public string Derived(params IEnumerable<string> parts) => Id.From([.. parts, Caller.Principal, CausationId]);

    /// <summary>The signature of the call as records show it; null when unsigned.</summary>
    public SignatureManifestation? Manifestation => Signatures is [var first, ..] ? Meanings.Show(first.Claims) : null;

    /// <summary>The mutating call to remember, so that a replay gets the same answer; null for reads, facts and sweeps.</summary>
    public IdempotentCall? Call { get; set; }
}

/// <summary>Names a fact at its listener, wherever its effect is made: the save that makes it writes the inbox row of this key.</summary>
/// <param name="Listener">Listening service.</param>
/// <param name="Id">Fact.</param>
/// <param name="Publisher">Publishing service.</param>
/// <param name="Position">Place in the publisher's log.</param>
/// <param name="DataHash">Hash of its payload.</param>
/// <param name="Time">When it happened: nothing that it causes happened before.</param>
/// <param name="Key">What it says in the words of the business; null where that is not known.</param>
/// <param name="Part">The actor whose turn makes the effect; empty for the handler itself.</param>
public sealed record FactKey(string Listener, string Id, string Publisher, long Position, string DataHash, DateTimeOffset Time, string? Key, string Part = "")
{
    /// <summary>True once the inbox row is among what is saved.</summary>
    [JsonIgnore]
    public bool Kept { get; set; }

    /// <summary>True once an actor was asked: its own save holds the inbox row.</summary>
    [JsonIgnore]
    public bool Carried { get; set; }

    /// <summary>The key as it goes with a call into an actor.</summary>
    public FactKey For(string part)
    {
        Carried = true;
        return this with { Part = part, Kept = false, Carried = false };
    }
}

/// <summary>A mutating call as the idempotency interceptor saw it.</summary>
/// <param name="RequestId">Client-made id, unique per caller.</param>
/// <param name="Method">gRPC method, <c>/package.Service/Method</c>.</param>
/// <param name="PayloadHash">Lower-case hex SHA-256 of the request's bytes.</param>
/// <param name="Origin">Where it came from, as the gateway says (<see cref="Rpc.RpcHeaders.Origin"/>); empty for a call from within.</param>
public sealed record IdempotentCall(string RequestId, string Method, string PayloadHash, string Origin = "")
{
    /// <summary>True once the answer was saved with the changes.</summary>
    public bool Answered { get; set; }
}
