using System.Diagnostics;
using Doseline.Kernel.Ids;
using Doseline.Platform.Audit;
using Doseline.Platform.Audit.Retention;
using Doseline.Platform.Audit.Sealing;
using Doseline.Platform.Messaging;
using Doseline.Platform.Signing;
using Google.Protobuf;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Platform.Data;

/// <summary>
/// A service's database: its own tables plus outbox, inbox, deadlines, requests and audit. What is asked for with
/// <see cref="Publish"/> and <see cref="AnswerAsync"/>, and the deadline that follows from an actor's row, happens if, and only if, the same save commits.
/// </summary>
/// <remarks>
/// Contexts are pooled, for making one costs more than a small save: one is lent to each scope, and what it needs of that scope is
/// given to it then.
/// </remarks>
public abstract partial class ServiceDb(DbContextOptions options) : DbContext(options)
{
    DbScope? lent;
    readonly List<OutboxRow> facts = [];
    bool published;
    bool? oneWriter;
    DateTimeOffset? due;

    /// <summary>Name of the owning service, which is also its topic.</summary>
    public abstract string Service { get; }

    /// <summary>Now (UTC), by the platform's clock.</summary>
    public DateTimeOffset Now => Scope.Clock.GetUtcNow();

    /// <summary>Makes identifiers.</summary>
    public IdSource Ids => Scope.Ids;

    /// <summary>The request or fact being handled.</summary>
    public RequestContext Request => Scope.Request;

    /// <summary>Audit rows, to read only.</summary>
    public IQueryable<AuditRow> AuditTrail => Set<AuditRow>().AsNoTracking();

    /// <summary>Electronic signatures, to read only: they are stored with the answer of the call they were given with.</summary>
    public IQueryable<SignatureRow> Signatures => Set<SignatureRow>().AsNoTracking();

    DbScope Scope => lent ?? throw new InvalidOperationException("This context is in the pool; take one from a scope.");

    internal DbSet<OutboxRow> Outbox => Set<OutboxRow>();
    internal DbSet<InboxRow> Inbox => Set<InboxRow>();
    internal DbSet<ParkedRow> Parked => Set<ParkedRow>();
    internal DbSet<DeadlineRow> Deadlines => Set<DeadlineRow>();
    internal DbSet<RequestRow> Requests => Set<RequestRow>();
    internal DbSet<LeaseRow> Leases => Set<LeaseRow>();
    internal DbSet<LeafRow> Leaves => Set<LeafRow>();
    internal DbSet<NodeRow> Nodes => Set<NodeRow>();
    internal DbSet<HeadRow> Heads => Set<HeadRow>();
    internal DbSet<LegalHoldRow> LegalHolds => Set<LegalHoldRow>();

    /// <summary>Ids of every call that was answered and every fact that was published here, as long as they are kept: what an audit row may go back to.</summary>
    public async Task<IReadOnlyCollection<string>> KnownCausesAsync(CancellationToken cancel) =>
        [.. await Requests.Select(r => r.RequestId).ToListAsync(cancel), .. await Outbox.Select(r => r.Id).ToListAsync(cancel)];

    /// <summary>True when something waits to be saved.</summary>
    internal bool HasChanges => facts is not [] || conditions is not [] || held.HasChanges || ChangeTracker.HasChanges();

    /// <summary>Publishes a fact once the current changes are saved.</summary>
    /// <param name="subject">Id of the thing the fact is about; facts of one subject arrive in order.</param>
    /// <param name="fact">A message of this service's <c>events.proto</c>.</param>
    public void Publish(string subject, IMessage fact)
    {
        var id = Ids.New();
        var data = FactJson.Write(fact);
        facts.Add(new OutboxRow
        {
            Id = id,
            Type = fact.Descriptor.FullName,
            Subject = subject,
            Time = Now,
            Data = data,
            DataHash = Fact.HashOf(data),
            CorrelationId = Request.CorrelationId is "" ? id : Request.CorrelationId,
            CausationId = Request.CausationId is "" ? id : Request.CausationId,
            Actor = Request.Caller.OnBehalfOf ?? (Request.Caller.IsKnown ? Request.Caller.Subject : $"service:{Service}"),
            TraceParent = Activity.Current?.Id,
        });
    }

    /// <summary>Saves the changes together with the answer of the mutating call being handled, and returns the answer.</summary>
    /// <remarks>A replay of the call gets this answer. Every method whose policy says <c>mutates</c> ends with this.</remarks>
    public async Task<TResponse> AnswerAsync<TResponse>(TResponse response, CancellationToken cancel) where TResponse : IMessage
    {
        if (Request.Call is { Answered: false } call)
        {
            AddAnswer(Request, response);
            call.Answered = true;
        }

        await SaveChangesAsync(cancel);
        return response;
    }

    /// <summary>Puts the answer of a call, and the signatures that were given with it, among the changes to save: for a call whose work is done in another scope than its own, which says that it is answered once that is saved.</summary>
    /// <param name="request">The call.</param>
    /// <param name="response">Its answer.</param>
    internal void AddAnswer(RequestContext request, IMessage response)
    {
        var call = request.Call ?? throw new InvalidOperationException("Only a call that mutates has an answer to keep.");
        Put(new RequestRow
        {
            Subject = request.Caller.Subject,
            RequestId = call.RequestId,
            Method = call.Method,
            PayloadHash = call.PayloadHash,
            Response = response.ToByteArray(),
            Time = Now,
        });
        foreach (var given in request.Signatures)
            Put(SignatureRow.Of(given, given == request.Signatures[0] ? null : request.SignatureId, Now));
    }

    /// <inheritdoc/>
    public override int SaveChanges(bool acceptAllChangesOnSuccess) =>
        throw new NotSupportedException("Saving is asynchronous: call SaveChangesAsync.");

    /// <summary>Maps the service's own tables; columns are named by the kernel.</summary>
    protected abstract void Map(ModelBuilder model);

    /// <inheritdoc/>
    protected sealed override void OnModelCreating(ModelBuilder modelBuilder)
    {
        Map(modelBuilder);
        modelBuilder.Entity<OutboxRow>().ToTable("outbox").HasKey(r => r.Seq);
        // A property named Id is taken for the key at first, and left nullable when it turns out not to be.
        modelBuilder.Entity<OutboxRow>().Property(r => r.Id).IsRequired();
        modelBuilder.Entity<InboxRow>().ToTable("inbox").HasKey(r => new { r.FactId, r.Handler });
        modelBuilder.Entity<ParkedRow>().ToTable("parked").HasKey(r => r.Seq);
        modelBuilder.Entity<DeadlineRow>().ToTable("deadlines").HasKey(r => new { r.ActorType, r.ActorId });
        modelBuilder.Entity<RequestRow>().ToTable("requests").HasKey(r => new { r.Subject, r.RequestId });
        modelBuilder.Entity<LeaseRow>().ToTable("leases").HasKey(r => r.Name);
        modelBuilder.Entity<LockRow>().ToTable("locks").HasKey(r => r.Name);
        modelBuilder.Entity<AuditRow>().ToTable("audit").HasKey(r => r.Seq);
        modelBuilder.Entity<SignatureRow>().ToTable("signatures").HasKey(r => r.Id);
        modelBuilder.Entity<LegalHoldRow>().ToTable("legal_holds").HasKey(r => r.Id);
        // Numbered by the sealer, not by the database.
        modelBuilder.Entity<LeafRow>().ToTable("audit_leaves").HasKey(r => r.LeafIndex);
        modelBuilder.Entity<LeafRow>().Property(r => r.LeafIndex).ValueGeneratedNever();
        modelBuilder.Entity<NodeRow>().ToTable("audit_nodes").HasKey(r => new { r.Level, r.NodeIndex });
        modelBuilder.Entity<HeadRow>().ToTable("audit_heads").HasKey(r => r.Number);
        modelBuilder.Entity<HeadRow>().Property(r => r.Number).ValueGeneratedNever();
        Naming.Apply(modelBuilder);
    }

    /// <inheritdoc/>
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        // Instants are UTC ticks, so that both databases compare and order them; enums are their names, so that a reader needs no key.
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<TicksConverter>();
        configurationBuilder.Properties<Enum>().HaveConversion<string>();
    }

    async Task<IDisposable?> EnterAsync(CancellationToken cancel)
    {
        // Asked of the provider once: it answers by reading the name of its assembly.
        if (!(oneWriter ??= Database.IsSqlite()) || Database.CurrentTransaction is not null) return null;
        var gate = Scope.Gates.For(Database.GetConnectionString()!);
        await gate.WaitAsync(cancel);
        return new Exit(gate);
    }

    /// <summary>Runs a statement that writes outside a save, in its turn where the database takes one writer at a time.</summary>
    internal async Task<T> WriteAsync<T>(Func<Task<T>> statement, CancellationToken cancel)
    {
        using var _ = await EnterAsync(cancel);
        return await statement();
    }

    /// <summary>Lends this context to a scope; what an earlier one left is gone.</summary>
    internal void LendTo(DbScope scope)
    {
        (lent, published, due, unit) = (scope, false, null, null);
        Forget();
        written.Clear();
        // A save that fails ends its transaction; nobody goes on from a savepoint.
        Database.AutoSavepointsEnabled = false;
    }

    internal void Committed()
    {
        Scope.Watch.Set(Service);
        if (published) Scope.Signals.Set(Service, PumpNames.Outbox);
        published = false;
        if (due is { } set) Scope.Board.Set(Service, set);
        due = null;
    }

    sealed class Exit(SemaphoreSlim gate) : IDisposable
    {
        public void Dispose() => gate.Release();
    }
}
