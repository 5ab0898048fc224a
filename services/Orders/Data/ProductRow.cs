using System.Text.Json;
using Doseline.Kernel.Decay;
using Doseline.Orders.Domain;
using Doseline.Platform.Data;

namespace Doseline.Orders.Data;

#pragma warning disable CS1591 // Columns mean what Domain.Product says of them.
/// <summary>One version of a product; inserted, never changed.</summary>
public sealed class ProductRow : IGxpRow
{
    public required string ProductCode { get; init; }
    public required long ProductVersion { get; init; }
    public required string Name { get; init; }
    public required string Nuclide { get; init; }
    public required DosageForm Form { get; init; }
    public required double PrescriptionBq { get; init; }
    public required double ToleranceFraction { get; init; }
    public required double MinimumBq { get; init; }
    public required double MaximumBq { get; init; }
    public required long ShelfLifeTicks { get; init; }
    public required string RecipeCode { get; init; }
    public required long ReleaseTicks { get; init; }
    public required long PackTicks { get; init; }
    public required long ReceivingTicks { get; init; }
    public required long NoticeTicks { get; init; }
    public required string Sites { get; init; }
    public required string PhysicalForm { get; init; }
    public required string ChemicalForm { get; init; }
    public required bool DryIce { get; init; }
    public required string Storage { get; init; }
    public required string Gtin { get; init; }
    public required DateTimeOffset EffectiveTime { get; init; }
    public required bool Orderable { get; init; }
    public required string Source { get; init; }
    public long Version { get; set; }
    public DateTimeOffset ChangedTime { get; set; }
    public string AuditHash { get; set; } = "";

    /// <summary>The row of a version.</summary>
    public static ProductRow From(Product product) => new()
    {
        ProductCode = product.Code,
        ProductVersion = product.Version,
        Name = product.Name,
        Nuclide = product.Nuclide,
        Form = product.Form,
        PrescriptionBq = product.Prescription.Bq,
        ToleranceFraction = product.ToleranceFraction,
        MinimumBq = product.Minimum.Bq,
        MaximumBq = product.Maximum.Bq,
        ShelfLifeTicks = product.ShelfLife.Ticks,
        RecipeCode = product.RecipeCode,
        ReleaseTicks = product.ReleaseDuration.Ticks,
        PackTicks = product.PackDuration.Ticks,
        ReceivingTicks = product.ReceivingLead.Ticks,
        NoticeTicks = product.CancellationNotice.Ticks,
        Sites = JsonSerializer.Serialize(product.Sites),
        PhysicalForm = product.PhysicalForm,
        ChemicalForm = product.ChemicalForm,
        DryIce = product.DryIce,
        Storage = product.Storage,
        Gtin = product.Gtin,
        EffectiveTime = product.EffectiveTime,
        Orderable = product.Orderable,
        Source = product.Source,
    };

    /// <summary>The version of the row.</summary>
    public Product ToDomain() => new()
    {
        Code = ProductCode,
        Version = ProductVersion,
        Name = Name,
        Nuclide = Nuclide,
        Form = Form,
        Prescription = new Activity(PrescriptionBq),
        ToleranceFraction = ToleranceFraction,
        Minimum = new Activity(MinimumBq),
        Maximum = new Activity(MaximumBq),
        ShelfLife = TimeSpan.FromTicks(ShelfLifeTicks),
        RecipeCode = RecipeCode,
        ReleaseDuration = TimeSpan.FromTicks(ReleaseTicks),
        PackDuration = TimeSpan.FromTicks(PackTicks),
        ReceivingLead = TimeSpan.FromTicks(ReceivingTicks),
        CancellationNotice = TimeSpan.FromTicks(NoticeTicks),
        Sites = JsonSerializer.Deserialize<string[]>(Sites)!,
        PhysicalForm = PhysicalForm,
        ChemicalForm = ChemicalForm,
        DryIce = DryIce,
        Storage = Storage,
        Gtin = Gtin,
        EffectiveTime = EffectiveTime,
        Orderable = Orderable,
        Source = Source,
    };
}
