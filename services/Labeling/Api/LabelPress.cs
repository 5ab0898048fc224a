using Doseline.Execution.V1;
using Doseline.Kernel.Ids;
using Doseline.Kernel.Rules;
using Doseline.Kernel.Signing;
using Doseline.Kernel.Time;
using Doseline.Labeling.Data;
using Doseline.Labeling.Domain;
using Doseline.Labeling.V1;
using Doseline.Platform.Rpc;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using ZonedTime = Doseline.Common.V1.ZonedTime;

namespace Doseline.Labeling.Api;

/// <summary>Makes labels from execution's record, a template in force and a coding policy.</summary>
public sealed class LabelPress(LabelingDb db, DoseRecordsService.DoseRecordsServiceClient records)
{
    const int SerialLength = 18;

    /// <summary>What execution's record says of the dose now.</summary>
    /// <exception cref="RefusedException">The record cannot be had: then nothing is printed.</exception>
    public async Task<DoseRecord> RecordAsync(string doseId, CancellationToken cancel)
    {
        try
        {
            var record = (await records.GetDoseRecordAsync(new GetDoseRecordRequest { DoseId = doseId }, cancellationToken: cancel)).Record;
            db.Request.Caller.RequireSite(record.SiteId);
            return record;
        }
        catch (RpcException fault)
        {
            throw new RefusedException(RpcErrors.Passed(fault, "execution"));
        }
    }

    /// <summary>Everything against a label of this dose now.</summary>
    public async Task<List<Refusal>> RefusalsAsync(DoseRecord record, bool hasTemplate, CancellationToken cancel)
    {
        var told = await db.LoadAsync<DoseRow>(cancel, record.DoseId);
        // Execution's own word may be there before the facts are.
        var disposition = record.State is DoseState.Held ? QualityStatus.Quarantine : told?.Disposition ?? QualityStatus.None;
        var lost = told?.LostCause is { Length: > 0 } cause ? cause : record.State is DoseState.Lost ? "UNKNOWN" : "";
        return PrintRules.Refusals(
            new DoseStanding(record.DoseId, record.Measured is not null, record.ExpireTime?.ToDateTimeOffset(), disposition, lost, hasTemplate), db.Now);
    }

    /// <summary>The approved template that fits best: of the product before of the market before of neither, then the highest version; null when none does.</summary>
    public async Task<TemplateRow?> TemplateAsync(string productCode, string market, CancellationToken cancel)
    {
        var now = db.Now;
        var fitting = await db.Templates.AsNoTracking()
            .Where(t => t.ApprovedTime != null && t.EffectiveTime <= now && (t.ProductCode == productCode || t.ProductCode == "") && (t.Market == market || t.Market == ""))
            .ToListAsync(cancel);
        return fitting.OrderByDescending(t => t.ProductCode.Length > 0).ThenByDescending(t => t.Market.Length > 0)
            .ThenByDescending(t => t.EffectiveTime).ThenByDescending(t => t.TemplateVersion).FirstOrDefault();
    }

    /// <summary>GTIN for the product in the market; empty for none.</summary>
    public async Task<string> GtinAsync(string productCode, string market, CancellationToken cancel) =>
        CodingRules.For((await db.CodingPolicies.AsNoTracking().ToListAsync(cancel)).Select(p => new Coding(p.Market, p.ProductCode, p.Law, p.Gtin)), market, productCode).Gtin;

    /// <summary>A serial that belongs to one copy of one dose: 90 bits of a hash, so that it cannot be guessed from another.</summary>
    public static string SerialOf(string doseId, long copyNumber) =>
        Id.From("serial", doseId, copyNumber.ToString(System.Globalization.CultureInfo.InvariantCulture)).Substring(1, SerialLength).ToUpperInvariant();

    /// <summary>Fills a label.</summary>
    public static Decision<(FilledLabel Label, LabelContent Content)> Fill(DoseRecord record, TemplateRow template, LabelNumbers numbers)
    {
        List<Refusal> refusals = [];
        var measured = record.Measured.Read("measured").OrAdd(refusals);
        if (measured is null) return refusals;
        DoseOnLabel dose = new()
        {
            DoseId = record.DoseId,
            OrderId = record.OrderId,
            BatchNumber = record.BatchNumber,
            ProductCode = record.ProductCode,
            ProductName = record.ProductName,
            Measured = measured,
            Calibration = record.Ordered?.ReferenceTime?.ToDateTimeOffset(),
            VolumeMl = record.VolumeMl,
            Expire = record.ExpireTime.ToDateTimeOffset(),
            InstrumentId = record.InstrumentId,
        };
        var filled = LabelRules.Fill(dose, new LabelTemplate(template.Code, template.TemplateVersion, template.Zpl, template.Zone), numbers).OrAdd(refusals);
        if (filled is null) return refusals;
        return (filled, new LabelContent
        {
            Zpl = filled.Zpl,
            ElementString = ElementString.Text(filled.Elements),
            ElementData = ElementString.Data(filled.Elements),
            Fields = { filled.Fields.ToDictionary(f => f.Key, f => f.Value, StringComparer.Ordinal) },
            Measured = record.Measured,
            ExpireTimes = { Zoned(dose.Expire, "UTC"), Zoned(dose.Expire, template.Zone) },
        });
    }

    /// <summary>Lower-case hex SHA-256 of the canonical JSON of a content.</summary>
    public static string HashOf(LabelContent content) => Digest.Of(CanonicalJson.Of(JsonFormatter.Default.Format(content)));

    /// <summary>What the next label of a dose would show; nothing is printed and nothing is kept.</summary>
    public async Task<(LabelContent Content, TemplateRow Template)> PreviewAsync(DoseRecord record, string market, long copyNumber, CancellationToken cancel)
    {
        var template = await TemplateAsync(record.ProductCode, market, cancel);
        (await RefusalsAsync(record, template is not null, cancel)).ThrowIfAny();
        LabelNumbers numbers = new("", (int)copyNumber, SerialOf(record.DoseId, copyNumber), await GtinAsync(record.ProductCode, market, cancel));
        return (Fill(record, template!, numbers).OrThrow().Content, template!);
    }

    /// <summary>Makes the next label of a dose and queues it.</summary>
    public async Task<(LabelRow Row, LabelContent Content)> MakeAsync(
        DoseRecord record, string printer, string market, long copyNumber, ReprintReason reason, string replaced, CancellationToken cancel)
    {
        var template = await TemplateAsync(record.ProductCode, market, cancel);
        var refusals = await RefusalsAsync(record, template is not null, cancel);
        refusals.RequireText(printer, "printer", 60);
        refusals.ThrowIfAny();

        LabelNumbers numbers = new(db.Ids.New(), (int)copyNumber, SerialOf(record.DoseId, copyNumber), await GtinAsync(record.ProductCode, market, cancel));
        var (_, content) = Fill(record, template!, numbers).OrThrow();
        LabelRow row = new()
        {
            Id = numbers.PrintId,
            DoseId = record.DoseId,
            BatchId = record.BatchId,
            SiteId = record.SiteId,
            Market = market,
            CopyNumber = copyNumber,
            Serial = numbers.Serial,
            Gtin = numbers.Gtin,
            TemplateId = template!.Id,
            TemplateVersion = template.TemplateVersion,
            RecordVersion = record.RecordVersion,
            Content = JsonFormatter.Default.Format(content),
            ContentHash = HashOf(content),
            Printer = printer,
            PrintedBy = db.Request.Caller.Name,
            RequestedTime = db.Now,
            ReprintReason = reason,
            ReplacedPrintId = replaced,
            Attempts = 1,
        };
        return (db.Put(row), content);
    }

    static ZonedTime Zoned(DateTimeOffset instant, string zone) =>
        new() { Time = Timestamp.FromDateTimeOffset(instant), Zone = zone, Text = Zones.Show(instant, zone).ToString() };
}
