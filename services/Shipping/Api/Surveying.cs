using Doseline.Kernel.Rules;
using Doseline.Kernel.Time;
using Doseline.Platform.Auth;
using Doseline.Platform.Instruments;
using Doseline.Platform.Plausibility;
using Doseline.Platform.Rpc;
using Doseline.Shipping.Data;
using Doseline.Shipping.Domain;
using Doseline.Shipping.Domain.Class7;
using Wire = Doseline.Shipping.V1;

namespace Doseline.Shipping.Api;

/// <summary>Records surveys and classifies what was surveyed.</summary>
public sealed class Surveying(ShippingDb db, PackageReads reads, TrainingGate training)
{
    const int WipesMax = 20;

    // Enough to know what is usual.
    const int EarlierMax = 20;

    /// <summary>Records a survey; one that exceeds a limit is kept too, with its findings, and the package stays open.</summary>
    public async Task<Wire.RecordSurveyResponse> RecordAsync(Wire.RecordSurveyRequest request, CancellationToken cancel)
    {
        var data = Class7Data.Current;
        var row = await reads.ToChangeAsync(request.PackageId, request.Version, cancel);
        if (ShipGate.Closed(row.Id, row.State) is { } closed) throw new RefusedException(closed);
        var sent = request.Survey ?? new Wire.Survey();
        var (time, meter, wipes) = await ReadAsync(sent, row, data, cancel);
        var doses = row.ReadDoses();
        var hasAlpha = doses.SelectMany(dose => dose.Contents).Any(part => data.MayEmitAlpha(part.Nuclide));
        var findings = ContaminationRules.Findings(wipes, hasAlpha, data);
        findings.Where(finding => finding.Kind == RefusalKind.Invalid).ToList().ThrowIfAny();

        var packaging = (await reads.PackagingAsync(row, cancel)).ToDomain();
        var promises = await reads.PromisesAsync(doses, cancel);
        var delivery = promises is [] ? time : promises.Min(order => order.Delivery);
        var rates = new DoseRates(sent.SurfaceDoseRateNsvPerHour, sent.OneMeterDoseRateNsvPerHour);
        await db.LookAsync(row.SiteId, row.Id, doses is not [{ Contents: [var principal, ..] }, ..] ? [] : SurveyMeasures.Of(
            principal.Nuclide, row.PackagingId, rates.SurfaceNsvPerHour, rates.OneMeterNsvPerHour, HeldAt(doses, time) / 1e9, await EarlierAsync(row, doses, cancel)), cancel);
        var classification = PackageReads.Classify(row, doses, rates, findings is [], packaging.Kind, time, delivery).OrAdd(findings);
        if (classification is not null)
        {
            CheckExpectation(request.ExpectedCategory, classification, rates);
            findings.AddRange(PackagingRules.Check(packaging, classification, new MaterialForm(row.PhysicalForm), HeldAt(doses, time)));
        }

        var survey = new SurveyRow
        {
            Id = db.Ids.New(),
            PackageId = row.Id,
            ContentVersion = row.ContentVersion,
            SurfaceNsvPerHour = rates.SurfaceNsvPerHour,
            MeterNsvPerHour = rates.OneMeterNsvPerHour,
            Wipes = Json.Write(wipes),
            InstrumentId = sent.InstrumentId,
            InstrumentCode = meter.Code,
            CalibrationDueTime = meter.CalibrationDue!.Value,
            SurveyTime = time,
            SurveyorId = db.Request.Caller.Subject,
            SurveyorName = db.Request.Caller.Name,
            SealId = sent.SealId,
            Findings = Json.Write(findings.Select(finding => $"{finding.Code}: {finding.Message}").ToList()),
        };
        db.Put(survey);
        Apply(row, survey, findings is [] ? classification : null);
        return await db.AnswerAsync(new Wire.RecordSurveyResponse { Package = await reads.ToWireAfterSaveAsync(row, cancel), Survey = PackageWire.Of(survey) }, cancel);
    }

    static double HeldAt(IEnumerable<DoseInPackage> doses, DateTimeOffset at) => doses.SelectMany(dose => dose.Contents).Sum(part => part.ToActivity().At(at).Bq);

    // Dose rate at 1 m for each gigabecquerel of the packages that were last surveyed in the same packaging with the same in them.
    async Task<List<double>> EarlierAsync(PackageRow row, IReadOnlyList<DoseInPackage> doses, CancellationToken cancel)
    {
        var packages = await db.List<PackageRow>().Is(nameof(PackageRow.PackagingId), row.PackagingId).Is(nameof(PackageRow.SiteId), row.SiteId).IsNot(nameof(PackageRow.Id), row.Id)
            .ByLast(nameof(PackageRow.ContentTime), nameof(PackageRow.Id)).ReadAsync(EarlierMax, cancel);
        var alike = packages.Where(p => p.SurveyId is not null && Nuclides(p.ReadDoses()).SetEquals(Nuclides(doses))).ToDictionary(p => p.SurveyId!, StringComparer.Ordinal);
        var surveys = await db.LoadAsync(db.Each<SurveyRow>(alike.Keys), cancel);
        return [.. surveys.Select(s => s.MeterNsvPerHour / (HeldAt(alike[s.Id].ReadDoses(), s.SurveyTime) / 1e9))];

        static HashSet<string> Nuclides(IEnumerable<DoseInPackage> of) => [.. of.SelectMany(d => d.Contents).Select(c => c.Nuclide)];
    }

    static void Apply(PackageRow row, SurveyRow survey, PackageClassification? classification)
    {
        // A new survey, good or bad, takes the place of the old one and of everything printed from it.
        row.State = classification is null ? PackageState.Open : PackageState.Surveyed;
        row.SurveyId = classification is null ? null : survey.Id;
        row.Classification = classification is null ? null : Json.Write(classification);
        row.SealId = classification is null ? "" : survey.SealId;
        row.PaperBasis = "";
    }

    // 49 CFR 172.403: the category follows from the measurements; a person's other choice is a mistake on one side or the other.
    static void CheckExpectation(Wire.LabelCategory expected, PackageClassification classification, DoseRates rates)
    {
        var derived = PackageWire.Of(classification.Category);
        if (expected is Wire.LabelCategory.Unspecified || expected == derived) return;
        throw new RefusedException(Refusal.State("expected_category", "CATEGORY_WRONG", $"The measurements make the category {derived}, not {expected}.")
            .With("expected_category", expected).With("derived_category", derived).With("transport_index_tenths", classification.TransportIndexTenths)
            .With("surface_dose_rate_nsv_per_hour", rates.SurfaceNsvPerHour).With("one_meter_dose_rate_nsv_per_hour", rates.OneMeterNsvPerHour));
    }

    async Task<(DateTimeOffset Time, InstrumentState Meter, List<WipeReading> Wipes)> ReadAsync(Wire.Survey sent, PackageRow row, Class7Data data, CancellationToken cancel)
    {
        List<Refusal> refusals = [];
        refusals.RequireText(sent.SealId, "survey.seal_id");
        if (sent.SurfaceDoseRateNsvPerHour < 0)
            refusals.Add(Refusal.Invalid("survey.surface_dose_rate_nsv_per_hour", "DOSE_RATE_NEGATIVE", "A dose rate is not negative."));
        if (sent.OneMeterDoseRateNsvPerHour < 0)
            refusals.Add(Refusal.Invalid("survey.one_meter_dose_rate_nsv_per_hour", "DOSE_RATE_NEGATIVE", "A dose rate is not negative."));
        // A reading at 1 m above the one at the surface means that two fields or two units were mixed up.
        if (sent.OneMeterDoseRateNsvPerHour > sent.SurfaceDoseRateNsvPerHour)
        {
            refusals.Add(Refusal.Invalid("survey.one_meter_dose_rate_nsv_per_hour", "DOSE_RATES_SWAPPED", "The dose rate at 1 m exceeds the one at the surface.")
                .With("surface_dose_rate_nsv_per_hour", sent.SurfaceDoseRateNsvPerHour).With("one_meter_dose_rate_nsv_per_hour", sent.OneMeterDoseRateNsvPerHour));
        }

        var time = sent.SurveyTime.Read("survey.survey_time").OrAdd(refusals);
        if (sent.SurveyTime is not null) refusals.AddRange(new EventSpan(db.Now).After("last_change_of_content", row.ContentTime).Against("survey.survey_time", time));
        var meter = await db.InstrumentAsync(sent.InstrumentId, time, cancel);
        await training.RequireAsync(db.Request.Caller, meter?.Procedure ?? "", cancel);
        if (sent.SurveyTime is not null) refusals.AddRange(InstrumentRules.Against("survey.instrument_id", sent.InstrumentId, meter, Measurement.Survey(row.SiteId, time)));
        var wipes = ReadWipes(sent, data, refusals);
        refusals.ThrowIfAny();
        return (time, meter!, wipes);
    }

    static List<WipeReading> ReadWipes(Wire.Survey sent, Class7Data data, List<Refusal> refusals)
    {
        if (sent.Wipes.Count > WipesMax)
            refusals.Add(Refusal.Invalid("survey.wipes", "WIPE_COUNT", $"At most {WipesMax} wipes.").With("count", sent.Wipes.Count).With("count_max", WipesMax));
        List<WipeReading> wipes = [];
        foreach (var (wipe, place) in sent.Wipes.Take(WipesMax).Select((wipe, place) => (wipe, place)))
        {
            var field = $"survey.wipes[{place}]";
            var efficiency = wipe.WipeEfficiency is 0 ? data.Limit("wipe_efficiency_default") : wipe.WipeEfficiency;
            if (wipe.Radiation is Wire.WipeRadiation.Unspecified)
                refusals.Add(Refusal.Invalid($"{field}.radiation", "RADIATION_REQUIRED", "Which radiation was counted is required."));
            if (!(wipe.NetCountsPerMinute >= 0) || double.IsInfinity(wipe.NetCountsPerMinute))
                refusals.Add(Refusal.Invalid($"{field}.net_counts_per_minute", "NUMBER_NEGATIVE", "Net counts must be a finite number, not negative."));
            if (!(wipe.CounterEfficiency is > 0 and <= 1))
                refusals.Add(Refusal.Invalid($"{field}.counter_efficiency", "EFFICIENCY_OUT_OF_RANGE", "An efficiency is over 0 and at most 1.").With("value", wipe.CounterEfficiency));
            if (!(efficiency is > 0 and <= 1))
                refusals.Add(Refusal.Invalid($"{field}.wipe_efficiency", "EFFICIENCY_OUT_OF_RANGE", "An efficiency is over 0 and at most 1.").With("value", wipe.WipeEfficiency));
            refusals.RequirePositive(wipe.AreaCm2, $"{field}.area_cm2");
            wipes.Add(new WipeReading
            {
                IsAlpha = wipe.Radiation is Wire.WipeRadiation.Alpha,
                NetCountsPerMinute = wipe.NetCountsPerMinute,
                CounterEfficiency = wipe.CounterEfficiency,
                AreaCm2 = wipe.AreaCm2,
                WipeEfficiency = efficiency,
            });
        }

        return wipes;
    }
}
