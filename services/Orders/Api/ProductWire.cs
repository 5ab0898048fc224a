using Doseline.Kernel.Decay;
using Doseline.Kernel.Rules;
using Doseline.Orders.Domain;
using Doseline.Platform.Rpc;
using Google.Protobuf.WellKnownTypes;

namespace Doseline.Orders.Api;

/// <summary>Products between wire and domain.</summary>
static class ProductWire
{
    /// <summary>Reads a product as sent.</summary>
    /// <param name="sent">As sent; null when the field is absent.</param>
    /// <param name="version">Version it becomes.</param>
    /// <param name="now">Now: when a version without a time takes effect.</param>
    public static Decision<Product> Read(V1.Product? sent, long version, DateTimeOffset now)
    {
        if (sent is null) return Refusal.Invalid("product", "FIELD_REQUIRED", "product is required.");
        List<Refusal> refusals = [];
        var transport = sent.Transport ?? new V1.ProductTransport();
        var product = new Product
        {
            Code = sent.ProductCode,
            Version = version,
            Name = sent.Name,
            Nuclide = sent.Nuclide,
            Form = (DosageForm)sent.DosageForm,
            Prescription = new Activity(sent.PrescriptionBq),
            ToleranceFraction = sent.ToleranceFraction,
            Minimum = new Activity(sent.MinimumBq),
            Maximum = new Activity(sent.MaximumBq),
            ShelfLife = sent.ShelfLife.Read("product.shelf_life", refusals),
            RecipeCode = sent.RecipeCode,
            ReleaseDuration = sent.ReleaseDuration.Read("product.release_duration", refusals),
            PackDuration = sent.PackDuration.Read("product.pack_duration", refusals),
            ReceivingLead = sent.ReceivingLead.Read("product.receiving_lead", refusals),
            CancellationNotice = sent.CancellationNotice.Read("product.cancellation_notice", refusals),
            Sites = [.. sent.SiteIds],
            PhysicalForm = transport.PhysicalForm,
            ChemicalForm = transport.ChemicalForm,
            DryIce = transport.DryIce,
            Storage = transport.Storage,
            Gtin = sent.Gtin,
            EffectiveTime = sent.EffectiveTime.ReadOr(now, "product.effective_time", refusals),
            Orderable = sent.Orderable,
            Source = sent.Source,
        };
        ProductRules.Check(product, NuclideData.Current, now).OrAdd(refusals);
        return refusals is [] ? product : refusals;
    }

    /// <summary>A product as sent.</summary>
    public static V1.Product Write(Product product) => new()
    {
        ProductCode = product.Code,
        ProductVersion = product.Version,
        Name = product.Name,
        Nuclide = product.Nuclide,
        DosageForm = (V1.DosageForm)product.Form,
        PrescriptionBq = product.Prescription.Bq,
        ToleranceFraction = product.ToleranceFraction,
        MinimumBq = product.Minimum.Bq,
        MaximumBq = product.Maximum.Bq,
        ShelfLife = product.ShelfLife.ToDuration(),
        RecipeCode = product.RecipeCode,
        ReleaseDuration = product.ReleaseDuration.ToDuration(),
        PackDuration = product.PackDuration.ToDuration(),
        ReceivingLead = product.ReceivingLead.ToDuration(),
        CancellationNotice = product.CancellationNotice.ToDuration(),
        SiteIds = { product.Sites },
        Transport = new V1.ProductTransport
        {
            PhysicalForm = product.PhysicalForm,
            ChemicalForm = product.ChemicalForm,
            DryIce = product.DryIce,
            Storage = product.Storage,
        },
        Gtin = product.Gtin,
        EffectiveTime = product.EffectiveTime.ToWire(),
        Orderable = product.Orderable,
        Source = product.Source,
    };
}
