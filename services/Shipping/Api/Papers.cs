using Doseline.Kernel.Rules;
using Doseline.Platform.Messaging;
using Doseline.Shipping.Data;
using Doseline.Shipping.Domain;
using Wire = Doseline.Shipping.V1;

namespace Doseline.Shipping.Api;

/// <summary>Prints shipping papers.</summary>
public sealed class Papers(ShippingDb db, PackageReads reads, DoseSource source, ReleaseGate release)
{
    const int ReasonLengthMax = 500;

    /// <summary>Prints; only for a surveyed package whose every dose Quality has released.</summary>
    public async Task<Wire.PrintPapersResponse> PrintAsync(Wire.PrintPapersRequest request, CancellationToken cancel)
    {
        List<Refusal> refusals = [];
        var row = await reads.ToChangeAsync(request.PackageId, request.Version, cancel);
        if (ShipGate.Closed(row.Id, row.State) is { } closed) throw new RefusedException(closed);
        if (row.SurveyId is null)
            refusals.Add(Refusal.State($"packages/{row.Id}", "SURVEY_MISSING", "The package has no survey for its present content."));
        if (request.Reason.Length > ReasonLengthMax) refusals.RequireText(request.Reason, "reason", ReasonLengthMax);
        var doses = row.ReadDoses();
        var (_, unreleased) = await release.CheckAsync(doses, row.SiteId, cancel);
        refusals.InsertRange(0, unreleased);
        await CompareAsync(row, doses, refusals, cancel);
        var promises = await reads.PromisesAsync(doses, cancel);
        var plan = (await reads.PlanAsync(row, request.CarrierServiceId, promises, cancel)).OrAdd(refusals);
        var paperSource = plan is null ? null : (await SourceAsync(row, doses, plan, cancel)).OrAdd(refusals);
        refusals.ThrowIfAny();

        var basis = paperSource!.Basis();
        var reason = await ReasonAsync(row, basis, request.Reason, cancel);
        var paper = paperSource.Write(row.PaperVersion + 1, db.Now, db.Request.Caller.Name, db.Request.Caller.Subject, reason);
        PaperPages.Set(paper, paperSource.Profile.Zone);
        db.Put(new PaperRow
        {
            Id = db.Ids.New(), PackageId = row.Id, PaperVersion = paper.PaperVersion, Basis = basis, Paper = FactJson.Write(paper), HtmlHash = paper.HtmlHash, Reason = reason,
        });
        row.PaperVersion = paper.PaperVersion;
        row.PaperBasis = basis;
        row.CarrierServiceId = plan!.Offer.Id;
        row.Classification = Json.Write(paperSource.Classification);
        row.State = PackageState.Papered;
        return await db.AnswerAsync(new Wire.PrintPapersResponse { Paper = paper, Package = await reads.ToWireAfterSaveAsync(row, cancel) }, cancel);
    }

    /// <summary>The paper printed last.</summary>
    public async Task<Wire.GetPapersResponse> GetAsync(string packageId, CancellationToken cancel)
    {
        var package = await reads.ToReadAsync(packageId, cancel);
        var row = (await PrintedAsync(packageId, cancel)).Find(r => r.PaperVersion == package.PaperVersion)
            ?? throw new RefusedException(Refusal.Missing($"packages/{packageId}/papers", "PAPERS_MISSING", "No shipping paper was printed."));
        return new Wire.GetPapersResponse { Paper = FactJson.Read<Wire.ShippingPaper>(row.Paper) };
    }

    /// <summary>What a paper would say now, or why there can be none.</summary>
    internal async Task<Decision<PaperSource>> SourceAsync(PackageRow row, IReadOnlyList<DoseInPackage> doses, CarriagePlan plan, CancellationToken cancel)
    {
        List<Refusal> refusals = [];
        var (customer, profile) = await db.LoadAsync(db.One<CustomerCopy>(row.CustomerId), db.One<ShipperProfileRow>(row.SiteId), cancel);
        if (customer is null) refusals.Add(Refusal.State($"customers/{row.CustomerId}", "CUSTOMER_UNKNOWN", "The customer is not known here."));
        if (profile is null)
            refusals.Add(PackagingsApi.ProfileMissing(row.SiteId) with { Kind = RefusalKind.State });
        else if (plan.Offer.Mode != CarriageMode.Road && profile.AirDeclarationText is "")
            refusals.Add(Refusal.State($"shipperProfiles/{row.SiteId}", "AIR_DECLARATION_MISSING", "The site has no approved declaration for aircraft (49 CFR 172.204(c))."));
        var packaging = (await reads.PackagingAsync(row, cancel)).ToDomain();
        if (await reads.SurveyAsync(row, cancel) is not { } survey) return refusals is [] ? Refusal.State($"packages/{row.Id}", "SURVEY_MISSING", "The package has no survey for its present content.") : refusals;
        // A survey that counts had no findings, so the outside is clean.
        var classification = PackageReads.Classify(row, doses, survey.Rates, isClean: true, packaging.Kind, db.Now, plan.Delivery).OrAdd(refusals);
        if (classification is not null)
        {
            var total = doses.SelectMany(dose => dose.Contents).Sum(part => part.ToActivity().At(db.Now).Bq);
            refusals.AddRange(PackagingRules.Check(packaging, classification, new Domain.Class7.MaterialForm(row.PhysicalForm), total));
            refusals.AddRange(PackagingRules.CheckCarriage(classification, plan.Offer, Domain.Class7.Class7Data.Current));
        }

        return refusals is [] ? new PaperSource(row, doses, classification!, plan, customer!, profile!, packaging) : refusals;
    }

    // The paper says what Execution's record says; a dose measured anew after packing must be packed and surveyed anew.
    async Task CompareAsync(PackageRow row, IReadOnlyList<DoseInPackage> packed, List<Refusal> refusals, CancellationToken cancel)
    {
        foreach (var now in await source.FetchAsync(packed.Select(dose => dose.DoseId), refusals, cancel))
        {
            if (!packed.First(dose => dose.DoseId == now.DoseId).HoldsTheSameAs(now))
            {
                refusals.Add(Refusal.State($"doses/{now.DoseId}", "DOSE_RECORD_CHANGED", "The record of the dose changed after it was packed; repack and survey again.")
                    .With("dose_id", now.DoseId).With("package_id", row.Id).With("record_version", now.RecordVersion));
            }
        }
    }

    Task<List<PaperRow>> PrintedAsync(string packageId, CancellationToken cancel) => db.LoadAsync(db.All<PaperRow>(nameof(PaperRow.PackageId), packageId), cancel);

    // Reprint policy: the first print of a content needs no reason; the same paper again does.
    async Task<string> ReasonAsync(PackageRow row, string basis, string reason, CancellationToken cancel)
    {
        if (!(await PrintedAsync(row.Id, cancel)).Exists(r => r.Basis == basis)) return "";
        return reason is not ""
            ? reason
            : throw new RefusedException(Refusal.Invalid("reason", "REPRINT_REASON_REQUIRED", "This paper was printed before; a reprint needs a reason.").With("paper_version", row.PaperVersion));
    }
}
