using System.Data.Common;

namespace Doseline.Load.Stage;

/// <summary>What the platform keeps its rows in, with the databases of several platforms beside each other.</summary>
abstract class Store
{
    /// <summary>The services that have a database.</summary>
    protected static IReadOnlyList<string> Services { get; } = ["orders", "execution", "inventory", "quality", "labeling", "shipping", "waste", "identity", "gateway"];

    /// <summary>What reports call it.</summary>
    public abstract string Name { get; }

    /// <summary>Its first process; 0 when it works in the platform's.</summary>
    public virtual int Pid => 0;

    /// <summary>Makes the empty databases of a platform.</summary>
    /// <param name="platform">Its key.</param>
    /// <param name="cancel">Cancels.</param>
    public virtual Task MakeAsync(string platform, CancellationToken cancel) => Task.CompletedTask;

    /// <summary>Settings with which a platform finds them.</summary>
    public virtual IEnumerable<string> SettingsOf(string platform) => [];

    /// <summary>Opens one of them, beside the platform that uses it.</summary>
    /// <param name="platform">The platform's key.</param>
    /// <param name="folder">Its folder.</param>
    /// <param name="service">Whose database.</param>
    public abstract Task<DbConnection> OpenAsync(string platform, string folder, string service);

    /// <summary>SQL commands that platforms sent and transactions with writes that they committed, since the store began; null where nobody counts.</summary>
    public virtual Task<Counts?> CountAsync(CancellationToken cancel) => Task.FromResult<Counts?>(null);

    /// <summary>Commits with writes between two counts.</summary>
    public virtual Task<long?> CommitsAsync(Counts? from, Counts? until, CancellationToken cancel) => Task.FromResult<long?>(null);

    /// <summary>SQL of the texts in a parameter that is a list in JSON.</summary>
    public abstract string List(string parameter);
}

/// <summary>How far a store is.</summary>
/// <param name="Commands">SQL commands that platforms sent; null where <c>pg_stat_statements</c> is not loaded.</param>
/// <param name="Position">Where its log of writes ends.</param>
sealed record Counts(long? Commands, string Position);
