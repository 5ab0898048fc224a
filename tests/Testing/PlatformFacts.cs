using Doseline.Platform.Auth;
using Doseline.Platform.Data;
using Doseline.Platform.Data.Writing;
using Doseline.Platform.Messaging;
using Doseline.Platform.Messaging.Log;
using Google.Protobuf;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Testing;

/// <summary>Facts that a test makes in place of their publisher.</summary>
public static class PlatformFacts
{
    /// <summary>Puts a fact into its publisher's log, and lets everything it causes happen.</summary>
    /// <param name="platform">The platform.</param>
    /// <param name="subject">Id of the thing the fact is about.</param>
    /// <param name="message">A message of the publisher's <c>events.proto</c>; its package names the publisher.</param>
    /// <returns>The fact as it was published, to give it again.</returns>
    public static Task<Fact> GiveAsync(this TestPlatform platform, string subject, IMessage message) =>
        platform.GiveAsync(message.Descriptor.File.Package.Split('.')[1], subject, message);

    /// <summary>Puts a fact into the log of the named service, and lets everything it causes happen.</summary>
    public static async Task<Fact> GiveAsync(this TestPlatform platform, string source, string subject, IMessage message)
    {
        var fact = Make(platform, source, subject, message);
        await platform.GiveAsync(fact);
        return fact;
    }

    /// <summary>Puts a fact into its log, or, when it stands there, has it read once more by everybody; and lets everything it causes happen.</summary>
    public static async Task GiveAsync(this TestPlatform platform, Fact fact)
    {
        await platform.Host.Services.PutAsync(fact);
        await platform.SettleAsync();
    }

    /// <summary>Puts a fact into its log, or, when it stands there, sets every cursor back to before it.</summary>
    public static async Task PutAsync(this IServiceProvider services, Fact fact)
    {
        await using var scope = services.CreateAsyncScope();
        var databases = services.GetRequiredService<DatabaseTable>();
        var db = databases.Of(fact.Source, scope.ServiceProvider);
        if (await db.Facts.FirstOrDefaultAsync(f => f.Id == fact.Id) is { } row)
        {
            var before = await db.Facts.FirstOrDefaultAsync(f => f.Position == row.Position - 1);
            foreach (var listener in services.GetRequiredService<FactTable>().ListenersOf(fact.Source)) await databases.Of(listener, scope.ServiceProvider).SetBackAsync(fact.Source, before?.Position ?? 0, before?.Id ?? "");
        }
        else
        {
            await db.AppendAsync(fact);
        }

        services.GetRequiredService<Bell>().Ring(fact.Source);
    }

    /// <summary>Appends facts that a test made to a log.</summary>
    public static async Task AppendAsync(this ServiceDb db, params Fact[] facts)
    {
        await using var transaction = await db.Database.BeginTransactionAsync();
        await InlineWrites.CommitAsync(transaction, [.. facts.Select(FactLog.AppendOf)], static _ => { }, CancellationToken.None);
    }

    /// <summary>Goes past the triggers of a table that refuses changes, as only the owner of a database can.</summary>
    public static async Task WithoutTriggersAsync(this ServiceDb db, string table, string sql)
    {
#pragma warning disable EF1002 // The tests' own words.
        await db.Database.ExecuteSqlRawAsync(db.Database.IsSqlite()
            ? $"DROP TRIGGER IF EXISTS {table}_no_update; DROP TRIGGER IF EXISTS {table}_no_delete"
            : $"DROP TRIGGER IF EXISTS {table}_append_only ON {table}");
        await db.Database.ExecuteSqlRawAsync(sql);
#pragma warning restore EF1002
    }

    /// <summary>Sets the cursors of a listener back to a place of a log: what comes after is read again.</summary>
    public static Task SetBackAsync(this ServiceDb listener, string publisher, long position, string factId) => listener.Cursors
        .Where(c => c.Publisher == publisher && c.Position > position).ExecuteUpdateAsync(set => set.SetProperty(c => c.Position, position).SetProperty(c => c.FactId, factId));

    /// <summary>A fact with a new id, the platform's time and the hash of its payload.</summary>
    public static Fact Make(this TestPlatform platform, string source, string subject, IMessage message)
    {
        var id = platform.Host.Services.GetRequiredService<Kernel.Ids.IdSource>().New();
        var data = FactJson.Write(message);
        return new Fact
        {
            Id = id,
            Source = source,
            Type = message.Descriptor.FullName,
            Subject = subject,
            Time = platform.Now,
            Data = data,
            DataHash = Fact.HashOf(data),
            CorrelationId = id,
            CausationId = id,
            Actor = Caller.Service(source).Subject,
        };
    }
}
