using Doseline.Labeling.Data;
using Doseline.Labeling.Domain;
using Doseline.Labeling.V1;
using Google.Protobuf.WellKnownTypes;

namespace Doseline.Labeling.Api;

/// <summary>Labels and templates as sent.</summary>
static class LabelWire
{
    /// <summary>A label with the version it has once saved.</summary>
    public static Label ToWire(this LabelRow row, long version) => new()
    {
        PrintId = row.Id,
        DoseId = row.DoseId,
        BatchId = row.BatchId,
        SiteId = row.SiteId,
        CopyNumber = (int)row.CopyNumber,
        Serial = row.Serial,
        TemplateId = row.TemplateId,
        TemplateVersion = row.TemplateVersion,
        RecordVersion = row.RecordVersion,
        ContentHash = row.ContentHash,
        Printer = row.Printer,
        State = row.State switch
        {
            JobState.Queued => PrintState.Queued,
            JobState.Printed => PrintState.Printed,
            JobState.Verified => PrintState.Verified,
            JobState.Failed => PrintState.Failed,
            _ => throw new ArgumentOutOfRangeException(nameof(row), row.State, "No such state."),
        },
        Fate = row.Fate switch
        {
            Fate.Open => LabelFate.Unspecified,
            Fate.Applied => LabelFate.Applied,
            Fate.Voided => LabelFate.Voided,
            Fate.Destroyed => LabelFate.Destroyed,
            _ => throw new ArgumentOutOfRangeException(nameof(row), row.Fate, "No such fate."),
        },
        PrintedBy = row.PrintedBy,
        RequestTime = Timestamp.FromDateTimeOffset(row.RequestedTime),
        VerifyTime = row.VerifiedTime is { } verified ? Timestamp.FromDateTimeOffset(verified) : null,
        ReprintReason = row.ReprintReason,
        ReplacedPrintId = row.ReplacedPrintId,
        WithdrawalReason = row.WithdrawalReason,
        AttemptCount = (int)row.Attempts,
        Version = version,
    };

    public static Template ToWire(this TemplateRow row, long version) => new()
    {
        TemplateId = row.Id,
        Code = row.Code,
        TemplateVersion = row.TemplateVersion,
        ProductCode = row.ProductCode,
        Market = row.Market,
        Zpl = row.Zpl,
        WidthMm = row.WidthMm,
        HeightMm = row.HeightMm,
        Zone = row.Zone,
        EffectiveTime = Timestamp.FromDateTimeOffset(row.EffectiveTime),
        Approved = row.ApprovedTime is not null,
        AuthorName = row.AuthorName,
        ApproverName = row.ApproverName,
        ApproveTime = row.ApprovedTime is { } approved ? Timestamp.FromDateTimeOffset(approved) : null,
        Fields = { row.Fields.Split(',') },
        Version = version,
    };

    public static CodingPolicy ToWire(this CodingPolicyRow row, long version) => new()
    {
        Market = row.Market,
        ProductCode = row.ProductCode,
        Serialization = row.Law switch
        {
            CodingLaw.Exempt => Serialization.Exempt,
            CodingLaw.Voluntary => Serialization.Voluntary,
            CodingLaw.Mandatory => Serialization.Mandatory,
            _ => throw new ArgumentOutOfRangeException(nameof(row), row.Law, "No such law."),
        },
        Gtin = row.Gtin,
        Source = row.Source,
        Confirmed = row.Confirmed,
        Version = version,
    };
}
