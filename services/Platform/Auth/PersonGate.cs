using System.Collections.Concurrent;
using Doseline.Identity.V1;
using Doseline.Kernel.Rules;
using Doseline.Platform.Data;
using Doseline.Platform.Hosting;
using Doseline.Platform.Rpc;
using Grpc.Core;

namespace Doseline.Platform.Auth;

/// <summary>
/// Makes one person one id, by whichever login she came: the subject of another identity provider's token is exchanged, before anything else is done, for the id
/// under which the person joined here. So every rule that asks for another person compares people, and every record names them. Who did not join is let in as a
/// partner and as nothing else. And nobody goes on for longer than some seconds who was locked out, left, signed out or had the password changed, in whichever process.
/// </summary>
/// <remarks>
/// Identity is asked; an answer is kept for some seconds, and for a quarter of an hour while Identity cannot be asked. A token that Identity gave is good without an answer:
/// it ends within minutes by itself.
/// </remarks>
public sealed class PersonGate(HostCalls host, DatabaseTable databases, TimeProvider clock)
{
    const string Identity = "identity";
    const int CacheMax = 10_000;
    static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);
    static readonly TimeSpan Stale = TimeSpan.FromMinutes(15);
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    readonly ConcurrentDictionary<string, (ResolvePersonResponse Person, DateTimeOffset Time)> known = new(StringComparer.Ordinal);

    /// <summary>The caller under the one id of its person.</summary>
    /// <exception cref="RefusedException">PERSON_NOT_JOINED, PERSON_BARRED, SESSION_ENDED, or PERSON_UNKNOWN when Identity cannot be asked.</exception>
    public async ValueTask<Caller> ResolveAsync(Caller caller, CancellationToken cancel)
    {
        if (!caller.IsForeign) return await StandsAsync(caller, cancel);
        var person = await PersonAsync(caller, cancel);
        if (person.Barred) throw Barred;
        if (person.PersonId is not "") return caller with { Subject = person.PersonId, Name = person.Name };
        return caller.Roles is [] or [Roles.Partner] ? caller : throw new RefusedException(Refusal.Denied("authorization", "PERSON_NOT_JOINED", $"{caller.Name} has not joined here; an administrator lets people in (JoinPerson) with their subject {caller.Subject}.").With("subject", caller.Subject));
    }

    /// <summary>What somebody is told whose session has ended.</summary>
    public static RefusedException SessionEnded => new(new Refusal(RefusalKind.Unauthenticated, "SESSION_ENDED", "authorization", "This session has ended; sign in again."));

    static RefusedException Barred => new(new Refusal(RefusalKind.Unauthenticated, "PERSON_BARRED", "authorization", "This person has left or is locked out."));

    // Where Identity is in the same process its tokens are dead the moment they are ended, and there is nothing to ask.
    async ValueTask<Caller> StandsAsync(Caller caller, CancellationToken cancel)
    {
        if (caller.SessionId is null || caller.IsDevelopment || databases.Hosts(Identity)) return caller;
        try
        {
            var person = await PersonAsync(caller, cancel);
            if (person.Barred || person.PersonId is "") throw Barred;
            return person.SessionEnded ? throw SessionEnded : caller;
        }
        catch (RefusedException unknown) when (unknown.Refusals[0].Kind is RefusalKind.Unavailable)
        {
            return caller;
        }
    }

    async ValueTask<ResolvePersonResponse> PersonAsync(Caller caller, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var (who, session) = (caller.IsForeign ? caller.Subject : $"{caller.Subject} {caller.SessionId}", caller.IsForeign ? "" : caller.SessionId ?? "");
        var asked = known.TryGetValue(who, out var kept);
        if (asked && kept.Time + Fresh > now) return kept.Person;
        try
        {
            var person = await new PeopleService.PeopleServiceClient(host.InvokerOf(Identity)).ResolvePersonAsync(new ResolvePersonRequest { Subject = caller.Subject, SessionId = session }, null, WallClock.UtcNow.UtcDateTime + Patience, cancel);
            if (known.Count >= CacheMax) known.Clear();
            known[who] = (person, now);
            return person;
        }
        catch (RpcException fault) when (!cancel.IsCancellationRequested)
        {
            if (asked && kept.Time + Stale > now) return kept.Person;
            throw new RefusedException(Refusal.Unavailable("services/identity", "PERSON_UNKNOWN", $"Whom {caller.Subject} is here cannot be found out now ({fault.StatusCode})."));
        }
    }
}
