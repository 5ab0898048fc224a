using System.Text.Json;
using Doseline.Platform.Rpc;
using Doseline.Waste.Data;
using Doseline.Waste.V1;
using DomainPolicy = Doseline.Waste.Domain.ContainerPolicy;

namespace Doseline.Waste.Api;

/// <summary>Items and containers between storage and wire.</summary>
static class WasteWire
{
    public static DomainPolicy ToDomain(this ContainerPolicy sent) => new()
    {
        DecayInStorage = sent.DecayInStorage,
        LicenceCondition = sent.LicenceCondition,
        MaxHalfLifeDays = sent.MaxHalfLifeDays,
        MinHalfLives = sent.MinHalfLives,
        ReleaseBq = sent.ReleaseLimitBq,
        SignificanceBq = sent.SignificanceLimitBq,
        BackgroundMarginCpm = sent.BackgroundMarginCpm,
        Source = sent.Source,
    };

    public static WasteItem ToWire(this ItemRow row, bool carrierAdded) => new()
    {
        WasteId = row.Id, SiteId = row.SiteId, RoomId = row.RoomId, FromId = row.FromId, BatchId = row.BatchId, Cause = row.Cause,
        Contents = { row.ToContents().Lines.Select(line => line.ToWire()) }, AriseTime = row.AriseTime.ToWire(), ContainerId = row.ContainerId,
        Disposed = row.Disposed, CarrierAdded = carrierAdded,
    };

    public static Container ToWire(this ContainerRow row, IEnumerable<string> wasteIds)
    {
        var policy = row.ToPolicy();
        Container sent = new()
        {
            ContainerId = row.Id, Label = row.Label, SiteId = row.SiteId, RoomId = row.RoomId, State = (ContainerState)row.State, WasteIds = { wasteIds },
            CloseTime = row.CloseTime.ToWire(), EligibleTime = row.EligibleTime.ToWire(), ClockNuclide = row.ClockNuclide, Version = row.Version,
            Policy = new ContainerPolicy
            {
                DecayInStorage = policy.DecayInStorage, LicenceCondition = policy.LicenceCondition, MaxHalfLifeDays = policy.MaxHalfLifeDays, MinHalfLives = policy.MinHalfLives,
                ReleaseLimitBq = policy.ReleaseBq, SignificanceLimitBq = policy.SignificanceBq, BackgroundMarginCpm = policy.BackgroundMarginCpm, Source = policy.Source,
            },
        };
        if (row.Transfer is { } left && JsonSerializer.Deserialize<TransferData>(left, JsonSerializerOptions.Web) is { } transfer)
        {
            sent.Transfer = new Transfer
            {
                TransfereeId = transfer.TransfereeId, TransfereeName = transfer.Name, LicenceNumber = transfer.LicenceNumber, EvidenceId = transfer.EvidenceId,
                DeliveryPlace = transfer.DeliveryPlace, ManifestNumber = transfer.ManifestNumber, TransactionId = transfer.TransactionId,
            };
        }

        if (row.Survey is { } text && JsonSerializer.Deserialize<SurveyData>(text, JsonSerializerOptions.Web) is { } survey)
        {
            sent.Survey = new Survey
            {
                Instrument = survey.Instrument, BackgroundCpm = survey.BackgroundCpm, SurfaceCpm = survey.SurfaceCpm, Surveyor = survey.Surveyor,
                SurveyTime = survey.Time.ToWire(), Passed = survey.Passed, InstrumentId = survey.InstrumentId, CalibrationDueTime = survey.CalibrationDue.ToWire(),
            };
        }

        return sent;
    }
}
