using System.Security.Cryptography;
using System.Text;
using Doseline.Identity.Data;
using Doseline.Identity.Domain;
using Doseline.Kernel.Rules;
using Doseline.Platform.Auth;
using Doseline.Platform.Messaging;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Identity.Passwords;

/// <summary>Checks and changes passwords, and counts the wrong ones.</summary>
/// <remarks>
/// Each check works in a scope of its own and saves by itself: a wrong password must count even though the call that brought it is refused.
/// </remarks>
public sealed class Credentials(IServiceScopeFactory scopes, PasswordHashes hashes, KeyStore keys, IdentityOptions options, ILogger<Credentials> log)
{
    const int TriesMax = 5;

    readonly SealedBox box = new(keys, "identity-keys");

    // One check at a time for one person, so that many guesses sent at once are counted one by one.
    readonly SemaphoreSlim[] turns = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1))];

    /// <summary>Checks the password of a person, for example at the moment of signing.</summary>
    /// <param name="personId">Immutable id.</param>
    /// <param name="password">As typed.</param>
    /// <param name="cancel">Cancels.</param>
    public Task<PasswordCheck> CheckAsync(string personId, string password, CancellationToken cancel) =>
        CheckAsync(db => db.People.SingleOrDefaultAsync(p => p.Id == personId, cancel), personId, password, signIn: false, cancel);

    /// <summary>Checks a name and password at sign-in, and notes that the person was there.</summary>
    /// <param name="login">Sign-in name, in any case.</param>
    /// <param name="password">As typed.</param>
    /// <param name="cancel">Cancels.</param>
    public Task<PasswordCheck> SignInAsync(string login, string password, CancellationToken cancel)
    {
        var name = Logins.Normal(login);
        return CheckAsync(db => db.People.SingleOrDefaultAsync(p => p.Login == name, cancel), name, password, signIn: true, cancel);
    }

    /// <summary>Exchanges the password of a person for one that they chose.</summary>
    /// <param name="personId">Immutable id.</param>
    /// <param name="current">The password in use; counts as a wrong one when it is not right.</param>
    /// <param name="wanted">The new one.</param>
    /// <param name="cancel">Cancels.</param>
    /// <exception cref="RefusedException">The password in use was wrong, or the new one may not be used; every reason is given.</exception>
    public async Task ChangeAsync(string personId, string current, string wanted, CancellationToken cancel) =>
        await ChangeAsync(await CheckAsync(personId, current, cancel), current, wanted, signIn: false, cancel);

    /// <summary>Exchanges the password at sign-in, and signs in with the new one.</summary>
    /// <returns>The person.</returns>
    /// <exception cref="RefusedException">As for <see cref="ChangeAsync(string, string, string, CancellationToken)"/>.</exception>
    public async Task<string> ChangeAndSignInAsync(string login, string current, string wanted, CancellationToken cancel)
    {
        var check = await SignInAsync(login, current, cancel);
        await ChangeAsync(check, current, wanted, signIn: true, cancel);
        return check.PersonId!;
    }

    async Task ChangeAsync(PasswordCheck check, string current, string wanted, bool signIn, CancellationToken cancel)
    {
        if (check is { Refusal: { } refusal }) throw new RefusedException(refusal);
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<IdentityDb>();
        var person = await db.People.SingleAsync(p => p.Id == check.PersonId, cancel);
        ActAs(scope.ServiceProvider, person, "password changed by its owner");
        List<Refusal> refusals = [];
        PasswordPolicy.Check(wanted, person.Login, person.Name).OrAdd(refusals);
        var past = await db.Passwords.Where(p => p.PersonId == person.Id && p.Number != person.PasswordNumber).OrderByDescending(p => p.Number).Take(PasswordPolicy.HistoryMax - 1).ToListAsync(cancel);
        if (refusals is [] && (wanted == current || past.Any(p => hashes.Holds(person, p.Hash, wanted, out _)))) refusals.Add(PasswordPolicy.Reused);
        refusals.ThrowIfAny();
        await SetAsync(db, person, hashes.Hash(person, wanted), PasswordState.Own, cancel);
        if (signIn) person.LastSignInTime = db.Now;
        await db.SaveChangesAsync(cancel);
        log.LogInformation("Person {PersonId} changed the password", person.Id);
    }

    /// <summary>Gives the person a one-time password; the caller saves. It ends the lock that wrong passwords brought, and no other.</summary>
    /// <returns>The password, to be shown once and kept nowhere.</returns>
    public async Task<string> ResetAsync(IdentityDb db, PersonRow person, CancellationToken cancel)
    {
        var password = PasswordHashes.OneTime();
        await ResetAsync(db, person, hashes.Hash(person, password), cancel);
        return password;
    }

    /// <summary>Makes a one-time password that waits for a second person; the caller saves.</summary>
    /// <returns>Its first half, to be shown once. The second comes with <see cref="ReleaseAsync"/>: neither of the two who show them has the whole.</returns>
    public string Prepare(IdentityDb db, PersonRow person, string changeId)
    {
        var password = PasswordHashes.OneTime();
        var middle = password.Length / 2;
        db.WaitingPasswords.Add(new WaitingPasswordRow { ChangeId = changeId, Hash = hashes.Hash(person, password), Box = Convert.ToBase64String(box.Seal(Encoding.UTF8.GetBytes(password[middle..]), changeId)) });
        return password[..middle];
    }

    /// <summary>Gives the person the one-time password that waited; the caller saves.</summary>
    /// <returns>Its second half, to be shown once.</returns>
    public async Task<string> ReleaseAsync(IdentityDb db, PersonRow person, string changeId, CancellationToken cancel)
    {
        var waiting = await db.WaitingPasswords.SingleAsync(w => w.ChangeId == changeId, cancel);
        var half = box.Open(Convert.FromBase64String(waiting.Box), changeId) ?? throw new CryptographicException($"The one-time password of change {changeId} does not open: the installation's key 'identity-keys' is not the one that it was sealed with.");
        db.WaitingPasswords.Remove(waiting);
        await ResetAsync(db, person, waiting.Hash, cancel);
        return Encoding.UTF8.GetString(half);
    }

    // Who it is that chooses the next one, a witness has to say.
    static async Task ResetAsync(IdentityDb db, PersonRow person, string hash, CancellationToken cancel)
    {
        await SetAsync(db, person, hash, PasswordState.OneTime, cancel);
        (person.LastSignInTime, person.Confirmed) = (null, false);
    }

    static async Task SetAsync(IdentityDb db, PersonRow person, string hash, PasswordState state, CancellationToken cancel)
    {
        PasswordRow row = new() { PersonId = person.Id, Number = person.PasswordNumber + 1, Hash = hash };
        db.Passwords.Add(row);
        db.Passwords.RemoveRange(await db.Passwords.Where(p => p.PersonId == person.Id && p.Number <= row.Number - PasswordPolicy.HistoryMax).ToListAsync(cancel));
        (person.PasswordNumber, person.PasswordMark, person.PasswordTime, person.PasswordState) = (row.Number, PasswordHashes.MarkOf(row), db.Now, state);
        (person.FailedCount, person.LockedUntilTime, person.SessionFailedCount, person.SessionLockedUntilTime) = (0, null, 0, null);
    }

    async Task<PasswordCheck> CheckAsync(Func<IdentityDb, Task<PersonRow?>> find, string key, string password, bool signIn, CancellationToken cancel)
    {
        // A password longer than any that could be set is not worth hashing.
        if (password.Length > PasswordPolicy.LengthMax) password = "";
        var turn = turns[(uint)HashCode.Combine(key, signIn) % turns.Length];
        await turn.WaitAsync(cancel);
        try
        {
            using var place = await hashes.EnterAsync(signIn, cancel);
            if (!place.IsAcquired) return new PasswordCheck(null, SignIn.Busy, false);
            for (var tries = 1; ; tries++)
            {
                try
                {
                    return await OnceAsync(find, password, signIn, cancel);
                }
                catch (DbUpdateException) when (tries < TriesMax)
                {
                    // Another replica counted at the same instant: look again.
                }
            }
        }
        finally
        {
            turn.Release();
        }
    }

    async Task<PasswordCheck> OnceAsync(Func<IdentityDb, Task<PersonRow?>> find, string password, bool signIn, CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<IdentityDb>();
        var (now, limits) = (db.Now, options.SignIn);
        var person = await find(db);
        if (person is null)
        {
            hashes.Pretend(password);
            log.LogWarning(SecurityEvents.SignInRefused, "Sign-in refused: {Code}", "PERSON_UNKNOWN");
            return new PasswordCheck(null, SignIn.Wrong, false);
        }

        ActAs(scope.ServiceProvider, person, signIn ? "sign-in" : "password check");
        var standing = signIn ? person.Standing : person.StandingWithin;
        if (SignIn.Barrier(standing, limits, now) is { } barrier)
        {
            hashes.Pretend(password);
            log.LogWarning(SecurityEvents.SignInRefused, "Sign-in of {PersonId} refused: {Code}", person.Id, barrier.Code);
            return new PasswordCheck(person.Id, barrier, false);
        }

        var stored = await db.Passwords.SingleAsync(p => p.PersonId == person.Id && p.Number == person.PasswordNumber, cancel);
        // A hash that was exchanged past the platform no longer fits the mark in the audited row.
        var right = PasswordHashes.MarkOf(stored) == person.PasswordMark & hashes.Holds(person, stored.Hash, password, out var old);
        if (!right)
        {
            var (failed, until) = SignIn.AfterFailure(standing, limits, now);
            if (signIn) (person.FailedCount, person.LockedUntilTime) = (failed, until);
            else (person.SessionFailedCount, person.SessionLockedUntilTime) = (failed, until);
            await db.SaveChangesAsync(cancel);
            log.LogWarning(SecurityEvents.SignInRefused, "{What} of {PersonId} refused: {Code}, {FailedCount} in a row, locked until {LockedUntil}", signIn ? "Sign-in" : "Password", person.Id, SignIn.Wrong.Code, failed, until);
            return new PasswordCheck(person.Id, SignIn.Wrong, false);
        }

        if (old)
        {
            stored.Hash = hashes.Hash(person, password);
            person.PasswordMark = PasswordHashes.MarkOf(stored);
        }

        if (signIn && person.FailedCount > 0) (person.FailedCount, person.LockedUntilTime) = (0, null);
        if (person.SessionFailedCount > 0) (person.SessionFailedCount, person.SessionLockedUntilTime) = (0, null);
        var mustChange = SignIn.MustChange(person.Standing, limits, now);
        if (signIn && !mustChange) person.LastSignInTime = now;
        await db.SaveChangesAsync(cancel);
        return new PasswordCheck(person.Id, null, mustChange);
    }

    static void ActAs(IServiceProvider scope, PersonRow person, string reason)
    {
        var request = scope.GetRequiredService<RequestContext>();
        request.Caller = new Caller { Subject = person.Id, Name = person.Name, Roles = [], Sites = [] };
        request.Reason = reason;
    }
}
