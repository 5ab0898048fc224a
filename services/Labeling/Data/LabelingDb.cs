using Doseline.Kernel.Rules;
using Doseline.Labeling.Domain;
using Doseline.Labeling.V1;
using Doseline.Platform.Data;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Labeling.Data;

/// <summary>The database of the labeling service.</summary>
public sealed class LabelingDb(DbContextOptions<LabelingDb> options) : ServiceDb(options)
{
    /// <inheritdoc/>
    public override string Service => "labeling";

    /// <summary>Templates.</summary>
    public DbSet<TemplateRow> Templates => Set<TemplateRow>();

    /// <summary>Coding policies.</summary>
    public DbSet<CodingPolicyRow> CodingPolicies => Set<CodingPolicyRow>();

    /// <summary>Labels.</summary>
    public DbSet<LabelRow> Labels => Set<LabelRow>();

    /// <summary>Doses, as others tell them.</summary>
    public DbSet<DoseRow> Doses => Set<DoseRow>();

    /// <inheritdoc/>
    protected override void Map(ModelBuilder model)
    {
        model.Entity<TemplateRow>().ToTable("templates").HasKey(r => r.Id);
        model.Entity<CodingPolicyRow>().ToTable("coding_policies").HasKey(r => new { r.Market, r.ProductCode });
        model.Entity<LabelRow>().ToTable("labels").HasKey(r => r.Id);
        model.Entity<DoseRow>(dose =>
        {
            dose.ToTable("doses").HasKey(r => r.Id);
            dose.Property(r => r.Disposition).HasConversion(status => StatusModel.Name(status), name => StatusModel.Read(name));
        });
    }
}

/// <summary>What others say of a dose: a read-only copy kept by facts, so not audited here.</summary>
public sealed class DoseRow
{
    /// <summary>Dose identifier.</summary>
    public required string Id { get; init; }

    /// <summary>Quality's word on it; none until heard.</summary>
    public QualityStatus Disposition { get; set; }

    /// <summary>Why execution lost it; empty when it did not.</summary>
    public string LostCause { get; set; } = "";
}

/// <summary>A label template.</summary>
public sealed class TemplateRow : IGxpRow
{
    /// <summary>Template identifier.</summary>
    public required string Id { get; init; }

    /// <summary>Code.</summary>
    public required string Code { get; init; }

    /// <summary>Version, from 1.</summary>
    public required long TemplateVersion { get; init; }

    /// <summary>Product; empty for every other.</summary>
    public required string ProductCode { get; set; }

    /// <summary>Market; empty for every other.</summary>
    public required string Market { get; set; }

    /// <summary>ZPL II with placeholders.</summary>
    public required string Zpl { get; set; }

    /// <summary>Placeholders used, comma separated.</summary>
    public required string Fields { get; set; }

    /// <summary>Width in millimetres.</summary>
    public required double WidthMm { get; set; }

    /// <summary>Height in millimetres.</summary>
    public required double HeightMm { get; set; }

    /// <summary>IANA zone of local times.</summary>
    public required string Zone { get; set; }

    /// <summary>Instant from which it is in force once approved (UTC).</summary>
    public required DateTimeOffset EffectiveTime { get; set; }

    /// <summary>Author: immutable id.</summary>
    public required string AuthorId { get; set; }

    /// <summary>Author: printed name.</summary>
    public required string AuthorName { get; set; }

    /// <summary>Approver: printed name; empty in a draft.</summary>
    public string ApproverName { get; set; } = "";

    /// <summary>Instant of the approval (UTC); null in a draft.</summary>
    public DateTimeOffset? ApprovedTime { get; set; }

    /// <inheritdoc/>
    public long Version { get; set; }

    /// <inheritdoc/>
    public DateTimeOffset ChangedTime { get; set; }

    /// <inheritdoc/>
    public string AuditHash { get; set; } = "";
}

/// <summary>How a product is coded in a market.</summary>
public sealed class CodingPolicyRow : IGxpRow
{
    /// <summary>Market; empty for every other.</summary>
    public required string Market { get; init; }

    /// <summary>Product; empty for every other.</summary>
    public required string ProductCode { get; init; }

    /// <summary>What the law says.</summary>
    public required CodingLaw Law { get; set; }

    /// <summary>GTIN-14; empty for none.</summary>
    public required string Gtin { get; set; }

    /// <summary>Where the rule stands.</summary>
    public required string Source { get; set; }

    /// <summary>True when a person confirmed the source.</summary>
    public required bool Confirmed { get; set; }

    /// <inheritdoc/>
    public long Version { get; set; }

    /// <inheritdoc/>
    public DateTimeOffset ChangedTime { get; set; }

    /// <inheritdoc/>
    public string AuditHash { get; set; } = "";
}

/// <summary>A label.</summary>
public sealed class LabelRow : IGxpRow
{
    /// <summary>Print identifier.</summary>
    public required string Id { get; init; }

    /// <summary>Dose.</summary>
    public required string DoseId { get; init; }

    /// <summary>Batch.</summary>
    public required string BatchId { get; init; }

    /// <summary>Site.</summary>
    public required string SiteId { get; init; }

    /// <summary>Market.</summary>
    public required string Market { get; init; }

    /// <summary>Copy, from 1.</summary>
    public required long CopyNumber { get; init; }

    /// <summary>Serial.</summary>
    public required string Serial { get; init; }

    /// <summary>GTIN-14; empty for none.</summary>
    public required string Gtin { get; init; }

    /// <summary>Template.</summary>
    public required string TemplateId { get; init; }

    /// <summary>Version of the template.</summary>
    public required long TemplateVersion { get; init; }

    /// <summary>Version of the dose record.</summary>
    public required long RecordVersion { get; init; }

    /// <summary>Content as printed, proto JSON of <see cref="LabelContent"/>.</summary>
    public required string Content { get; init; }

    /// <summary>Lower-case hex SHA-256 of the content's canonical JSON.</summary>
    public required string ContentHash { get; init; }

    /// <summary>Printer.</summary>
    public required string Printer { get; init; }

    /// <summary>State of the print job.</summary>
    public JobState State { get; set; }

    /// <summary>What became of it.</summary>
    public Fate Fate { get; set; }

    /// <summary>What the printer said last.</summary>
    public string Detail { get; set; } = "";

    /// <summary>Times the printer was tried.</summary>
    public long Attempts { get; set; }

    /// <summary>Printed name of who asked for it.</summary>
    public required string PrintedBy { get; init; }

    /// <summary>Instant it was asked for (UTC).</summary>
    public required DateTimeOffset RequestedTime { get; init; }

    /// <summary>Instant it was verified (UTC); null until then.</summary>
    public DateTimeOffset? VerifiedTime { get; set; }

    /// <summary>Why it was reprinted.</summary>
    public required ReprintReason ReprintReason { get; init; }

    /// <summary>Copy it replaces; empty for a first copy.</summary>
    public required string ReplacedPrintId { get; init; }

    /// <summary>Why it was voided or destroyed.</summary>
    public WithdrawalReason WithdrawalReason { get; set; }

    /// <inheritdoc/>
    public long Version { get; set; }

    /// <inheritdoc/>
    public DateTimeOffset ChangedTime { get; set; }

    /// <inheritdoc/>
    public string AuditHash { get; set; } = "";
}
