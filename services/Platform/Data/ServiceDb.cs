using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Doseline.Kernel.Ids;
using Doseline.Kernel.Rules;
using Doseline.Platform.Audit;
using Doseline.Platform.Audit.Retention;
using Doseline.Platform.Audit.Sealing;
using Doseline.Platform.Messaging;
using Doseline.Platform.Plausibility;
using Doseline.Platform.Signing;
using Google.Protobuf;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Platform.Data;

/// <summary>
/// A service's database: its own tables plus facts, cursors, inbox, deadlines, requests and audit. What is asked for with
/// <see cref="Publish"/> and <see cref="AnswerAsync"/>, and the deadline that follows from an actor's row, happens if, and only if, the same save commits.
/// </summary>
/// <remarks>
/// Contexts are pooled, for making one costs more than a small save: one is lent to each scope, and what it needs of that scope is
/// given to it then.
/// </remarks>
public abstract partial class ServiceDb(DbContextOptions options) : DbContext(options)
{
    DbScope? lent;
    readonly List<Fact> facts = [];
    readonly List<Fact> published = [];
    bool? oneWriter;
    DateTimeOffset? due;

    /// <summary>Name of the owning service, which is also its topic.</summary>
    public abstract string Service { get; }

    /// <summary>Now (UTC), by the platform's clock; never before the fact that is being handled, whose publisher's clock may be ahead.</summary>
    public DateTimeOffset Now => Scope.Clock.GetUtcNow() is var now && Request.Fact is { } fact && fact.Time > now ? fact.Time : now;

    /// <summary>Makes identifiers.</summary>
    public IdSource Ids => Scope.Ids;

    /// <summary>The request or fact being handled.</summary>
    public RequestContext Request => Scope.Request;

    /// <summary>Audit rows, to read only.</summary>
    public IQueryable<AuditRow> AuditTrail => Set<AuditRow>().AsNoTracking();

    /// <summary>Electronic signatures, to read only: they are stored with the answer of the call they were given with.</summary>
    public IQueryable<SignatureRow> Signatures => Set<SignatureRow>().AsNoTracking();

    DbScope Scope => lent ?? throw new InvalidOperationException("This context is in the pool; take one from a scope.");

    internal IQueryable<FactRow> Facts => Set<FactRow>().AsNoTracking();
    internal DbSet<CursorRow> Cursors => Set<CursorRow>();
    internal DbSet<InboxRow> Inbox => Set<InboxRow>();
    internal DbSet<WaitingRow> Waiting => Set<WaitingRow>();
    internal DbSet<DeadlineRow> Deadlines => Set<DeadlineRow>();
    internal DbSet<RequestRow> Requests => Set<RequestRow>();
    internal DbSet<LeaseRow> Leases => Set<LeaseRow>();
    internal DbSet<LeafRow> Leaves => Set<LeafRow>();
    internal DbSet<NodeRow> Nodes => Set<NodeRow>();
    internal DbSet<RoundRow> Rounds => Set<RoundRow>();
    internal DbSet<HeadRow> Heads => Set<HeadRow>();
    internal DbSet<LegalHoldRow> LegalHolds => Set<LegalHoldRow>();

    /// <summary>Ids of every call that was answered and every fact that was published here, as long as they are kept: what an audit row may go back to.</summary>
    public async Task<IReadOnlyCollection<string>> KnownCausesAsync(CancellationToken cancel) =>
        [.. await Requests.Select(r => r.RequestId).ToListAsync(cancel), .. await Facts.Select(r => r.Id).ToListAsync(cancel)];

    /// <summary>True when something waits to be saved; an actor that was told a fact saves that it was.</summary>
    internal bool HasChanges => Request.Fact is { Kept: false, Part: not "" } || facts is not [] || conditions is not [] || held.HasChanges || ChangeTracker.HasChanges();

    /// <summary>Publishes a fact once the current changes are saved.</summary>
    /// <param name="subject">Id of the thing the fact is about.</param>
    /// <param name="fact">A message of this service's <c>events.proto</c>.</param>
    /// <exception cref="RefusedException">FACT_TOO_LARGE, FIELD_NOT_SHARED, TEXT_TOO_LONG, FACT_INCOMPLETE.</exception>
    public void Publish(string subject, IMessage fact)
    {
        SharedFields.Against(fact).ToList().ThrowIfAny();
        var id = Ids.New();
        var data = FactJson.Write(fact);
        var bytes = Encoding.UTF8.GetBytes(data);
        if (bytes.Length > Fact.DataBytesMax)
        {
            throw new RefusedException(Refusal.State($"facts/{fact.Descriptor.FullName}", "FACT_TOO_LARGE", $"A fact holds at most {Fact.DataBytesMax} bytes; this one has {bytes.Length}.")
                .With("bytes", bytes.Length).With("maximum", Fact.DataBytesMax));
        }

        facts.Add(new Fact
        {
            Id = id,
            Source = Service,
            Type = fact.Descriptor.FullName,
            Subject = subject,
            Time = Now,
            Data = data,
            DataHash = Convert.ToHexStringLower(SHA256.HashData(bytes)),
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
            Subject = request.Caller.Principal,
            RequestId = call.RequestId,
            Method = call.Method,
            PayloadHash = call.PayloadHash,
            Response = response.ToByteArray(),
            Time = Now,
            Origin = call.Origin,
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
        modelBuilder.Entity<FactRow>().ToTable("facts").HasKey(r => r.Position);
        modelBuilder.Entity<FactRow>().Property(r => r.Position).ValueGeneratedNever();
        // A property named Id is taken for the key at first, and left nullable when it turns out not to be.
        modelBuilder.Entity<FactRow>().Property(r => r.Id).IsRequired();
        modelBuilder.Entity<CursorRow>().ToTable("cursors").HasKey(r => new { r.Publisher, r.Type });
        modelBuilder.Entity<InboxRow>().ToTable("inbox").HasKey(r => new { r.FactId, r.Part });
        modelBuilder.Entity<WaitingRow>().ToTable("waiting").HasKey(r => r.FactId);
        modelBuilder.Entity<DeadlineRow>().ToTable("deadlines").HasKey(r => new { r.ActorType, r.ActorId });
        modelBuilder.Entity<RequestRow>().ToTable("requests").HasKey(r => new { r.Subject, r.RequestId });
        modelBuilder.Entity<LeaseRow>().ToTable("leases").HasKey(r => r.Name);
        modelBuilder.Entity<LockRow>().ToTable("locks").HasKey(r => r.Name);
        modelBuilder.Entity<AuditRow>().ToTable("audit").HasKey(r => r.Seq);
        modelBuilder.Entity<SignatureRow>().ToTable("signatures").HasKey(r => r.Id);
        modelBuilder.Entity<LegalHoldRow>().ToTable("legal_holds").HasKey(r => r.Id);
        modelBuilder.Entity<BoundsRow>().ToTable("plausible_bounds").HasKey(r => r.Id);
        modelBuilder.Entity<SecondLookRow>().ToTable("second_looks").HasKey(r => r.Id);
        // Numbered by the sealer, not by the database.
        modelBuilder.Entity<LeafRow>().ToTable("audit_leaves").HasKey(r => r.LeafIndex);
        modelBuilder.Entity<LeafRow>().Property(r => r.LeafIndex).ValueGeneratedNever();
        modelBuilder.Entity<NodeRow>().ToTable("audit_nodes").HasKey(r => new { r.Level, r.NodeIndex });
        modelBuilder.Entity<HeadRow>().ToTable("audit_heads").HasKey(r => r.Number);
        modelBuilder.Entity<HeadRow>().Property(r => r.Number).ValueGeneratedNever();
        modelBuilder.Entity<RoundRow>().ToTable("audit_rounds").HasKey(r => r.Name);
        Naming.Apply(modelBuilder);
    }

    /// <inheritdoc/>
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        // Instants are UTC ticks, so that both databases compare and order them; enums are their names, so that a reader needs no key. Decimals have at most 15 digits
        // (UnitTable.AmountLimit), which a double gives back unchanged (IEEE 754, C's DBL_DIG).
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<TicksConverter>();
        configurationBuilder.Properties<Enum>().HaveConversion<string>();
        configurationBuilder.Properties<decimal>().HaveConversion<double>();
    }

    async Task<IDisposable?> EnterAsync(CancellationToken cancel)
    {
        // Asked of the provider once: it answers by reading the name of its assembly.
        if (!(oneWriter ??= Database.IsSqlite()) || Database.CurrentTransaction is not null) return null;
        return await Scope.Gates.EnterAsync(Database.GetConnectionString()!, cancel);
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
        (lent, due, unit) = (scope, null, null);
        held.Clear();
        Forget();
        written.Clear();
        // A save that fails ends its transaction; nobody goes on from a savepoint.
        Database.AutoSavepointsEnabled = false;
    }

    internal void Committed()
    {
        foreach (var then in afterCommit) then();
        afterCommit.Clear();
        Scope.Watch.Set(Service);
        if (published.Count > 0) Scope.Bell.Published(Service, published);
        published.Clear();
        if (due is { } set) Scope.Board.Set(Service, set);
        due = null;
    }
}
