using System.Security.Cryptography;
using System.Text;
using System.Threading.RateLimiting;
using Doseline.Identity.Data;
using Doseline.Platform.Hosting;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Doseline.Identity.Passwords;

/// <summary>Hashes passwords with ASP.NET Core Identity's hasher (PBKDF2-HMAC-SHA512, salted, parameters inside the hash).</summary>
/// <remarks>
/// Its UserManager is not used: it reads the machine's clock for lockouts, and everything here lives by the platform's. The rules it would
/// apply stand in <see cref="Domain.SignIn"/> as plain functions.
/// </remarks>
public sealed class PasswordHashes : IDisposable
{
    // A hash takes a processor for a tenth of a second, and whoever knows the address may ask for one: half of the processors at most, and those who are signed in have a place of their own.
    const int WaitingMax = 16;

    readonly ConcurrencyLimiter door = Places(), session = Places();
    readonly PasswordHasher<PersonRow> hasher;
    readonly Lazy<string> decoy;

    /// <summary>Hashes with the configured number of rounds.</summary>
    public PasswordHashes(IdentityOptions options)
    {
        hasher = new PasswordHasher<PersonRow>(Options.Create(new PasswordHasherOptions { IterationCount = options.HashIterations }));
        decoy = new(() => hasher.HashPassword(null!, Entropy.Token()));
    }

    /// <summary>Waits for a place to hash in; it is given back when disposed of, and not acquired where too many wait already.</summary>
    /// <param name="signIn">True for whoever stands at the door; false for who is signed in.</param>
    /// <param name="cancel">Cancels.</param>
    public ValueTask<RateLimitLease> EnterAsync(bool signIn, CancellationToken cancel) => (signIn ? door : session).AcquireAsync(1, cancel);

    /// <inheritdoc/>
    public void Dispose()
    {
        door.Dispose();
        session.Dispose();
    }

    /// <summary>Hashes a password.</summary>
    public string Hash(PersonRow person, string password) => hasher.HashPassword(person, password);

    /// <summary>True when the password is the hashed one.</summary>
    /// <param name="person">Whose.</param>
    /// <param name="hash">Hash as stored.</param>
    /// <param name="password">Password as typed.</param>
    /// <param name="old">True when the hash was made with weaker parameters than today's and should be made again.</param>
    public bool Holds(PersonRow person, string hash, string password, out bool old)
    {
        var result = hasher.VerifyHashedPassword(person, hash, password);
        old = result is PasswordVerificationResult.SuccessRehashNeeded;
        return result is not PasswordVerificationResult.Failed;
    }

    /// <summary>Takes as long as a check, so that an unknown name is answered no faster than a wrong password.</summary>
    public void Pretend(string password) => hasher.VerifyHashedPassword(null!, decoy.Value, password);

    /// <summary>What the audited row keeps of a hash: enough to tell another one, too little to try passwords on.</summary>
    public static string MarkOf(PasswordRow row) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{row.PersonId}\n{row.Number}\n{row.Hash}")));

    static ConcurrencyLimiter Places() => new(new ConcurrencyLimiterOptions { PermitLimit = Math.Max(1, Environment.ProcessorCount / 2), QueueLimit = WaitingMax, QueueProcessingOrder = QueueProcessingOrder.OldestFirst });

    /// <summary>A password that is used once, 80 bits in groups that can be read out: <c>k7mq-…</c>.</summary>
    public static string OneTime()
    {
        // Crockford's alphabet: nothing that looks like something else.
        const string alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
        var text = Entropy.Text(alphabet, 16);
        return string.Join('-', Enumerable.Range(0, 4).Select(i => text.Substring(4 * i, 4)));
    }
}
