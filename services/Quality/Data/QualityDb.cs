using Doseline.Platform.Data;
using Doseline.Platform.Instruments;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Quality.Data;

/// <summary>The database of the quality service.</summary>
public sealed class QualityDb(DbContextOptions<QualityDb> options) : ServiceDb(options)
{
    /// <inheritdoc/>
    public override string Service => "quality";

    /// <summary>Specifications.</summary>
    public DbSet<SpecificationRow> Specifications => Set<SpecificationRow>();

    /// <summary>Batches.</summary>
    public DbSet<BatchRow> Batches => Set<BatchRow>();

    /// <summary>Doses.</summary>
    public DbSet<DoseRow> Doses => Set<DoseRow>();

    /// <summary>Holds.</summary>
    public DbSet<HoldRow> Holds => Set<HoldRow>();

    /// <summary>Deviations.</summary>
    public DbSet<DeviationRow> Deviations => Set<DeviationRow>();

    /// <summary>Samples.</summary>
    public DbSet<SampleRow> Samples => Set<SampleRow>();

    /// <summary>Results.</summary>
    public DbSet<ResultRow> Results => Set<ResultRow>();

    /// <summary>Release certificates.</summary>
    public DbSet<CertificateRow> Certificates => Set<CertificateRow>();

    /// <summary>Certificates of analysis.</summary>
    public DbSet<AnalysisRow> Analyses => Set<AnalysisRow>();

    /// <summary>Outage authorisations.</summary>
    public DbSet<OutageRow> Outages => Set<OutageRow>();

    /// <summary>Doses of outage authorisations.</summary>
    public DbSet<OutageDoseRow> OutageDoses => Set<OutageDoseRow>();

    /// <summary>Pending tests.</summary>
    public DbSet<PendingTestRow> PendingTests => Set<PendingTestRow>();

    /// <summary>Recalls.</summary>
    public DbSet<RecallRow> Recalls => Set<RecallRow>();

    /// <summary>Doses of recalls.</summary>
    public DbSet<RecallDoseRow> RecallDoses => Set<RecallDoseRow>();

    /// <summary>What doses were made with.</summary>
    public DbSet<TraceLinkRow> TraceLinks => Set<TraceLinkRow>();

    /// <summary>Investigations of results out of specification.</summary>
    public DbSet<InvestigationRow> Investigations => Set<InvestigationRow>();

    /// <summary>Corrective and preventive actions.</summary>
    public DbSet<CapaRow> Capas => Set<CapaRow>();

    /// <summary>Checks of actions.</summary>
    public DbSet<CapaCheckRow> CapaChecks => Set<CapaCheckRow>();

    /// <summary>Investigations of a batch and its doses.</summary>
    internal Ask<List<InvestigationRow>> InvestigationsOf(string batchId) => All<InvestigationRow>(nameof(InvestigationRow.BatchId), batchId);

    /// <summary>Checks of an action.</summary>
    internal Ask<List<CapaCheckRow>> ChecksOf(string capaId) => All<CapaCheckRow>(nameof(CapaCheckRow.CapaId), capaId);

    /// <summary>Pending tests of a batch and its doses.</summary>
    internal Ask<List<PendingTestRow>> PendingTestsOf(string batchId) => All<PendingTestRow>(nameof(PendingTestRow.BatchId), batchId);

    /// <summary>Doses of a recall.</summary>
    internal Ask<List<RecallDoseRow>> LinesOf(string recallId) => All<RecallDoseRow>(nameof(RecallDoseRow.RecallId), recallId);

    /// <summary>Doses of a batch.</summary>
    internal Ask<List<DoseRow>> DosesOf(string batchId) => All<DoseRow>(nameof(DoseRow.BatchId), batchId);

    /// <summary>Holds of a batch and its doses.</summary>
    internal Ask<List<HoldRow>> HoldsOf(string batchId) => All<HoldRow>(nameof(HoldRow.BatchId), batchId);

    /// <summary>Deviations of a batch and its doses.</summary>
    internal Ask<List<DeviationRow>> DeviationsOf(string batchId) => All<DeviationRow>(nameof(DeviationRow.BatchId), batchId);

    /// <summary>Results of a batch and its doses.</summary>
    internal Ask<List<ResultRow>> ResultsOf(string batchId) => All<ResultRow>(nameof(ResultRow.BatchId), batchId);

    /// <inheritdoc/>
    protected override void Map(ModelBuilder model)
    {
        model.Entity<SpecificationRow>().ToTable("specifications").HasKey(r => r.Id);
        model.Entity<BatchRow>().ToTable("batches").HasKey(r => r.Id);
        model.Entity<DoseRow>().ToTable("doses").HasKey(r => r.Id);
        model.Entity<HoldRow>().ToTable("holds").HasKey(r => r.Id);
        model.Entity<DeviationRow>().ToTable("deviations").HasKey(r => r.Id);
        model.Entity<SampleRow>().ToTable("samples").HasKey(r => r.Id);
        model.Entity<ResultRow>().ToTable("results").HasKey(r => r.Id);
        model.Entity<CertificateRow>().ToTable("certificates").HasKey(r => r.Id);
        model.Entity<AnalysisRow>().ToTable("analyses").HasKey(r => r.Id);
        model.Entity<OutageRow>().ToTable("outages").HasKey(r => r.Id);
        model.Entity<PendingTestRow>().ToTable("pending_tests").HasKey(r => r.Id);
        model.Entity<TraceLinkRow>().ToTable("trace_links").HasKey(r => new { r.Kind, r.ThingId, r.BatchId, r.DoseId });
        model.Entity<RecallRow>().ToTable("recalls").HasKey(r => r.Id);
        model.Entity<RecallDoseRow>().ToTable("recall_doses").HasKey(r => new { r.RecallId, r.DoseId });
        model.Entity<InvestigationRow>().ToTable("investigations").HasKey(r => r.Id);
        model.Entity<CapaRow>().ToTable("capas").HasKey(r => r.Id);
        model.Entity<CapaCheckRow>().ToTable("capa_checks").HasKey(r => new { r.CapaId, r.Number });
        InstrumentRow.Map(model);
        model.Entity<OutageDoseRow>().ToTable("outage_doses").HasKey(r => new { r.OutageId, r.DoseId });
    }
}
