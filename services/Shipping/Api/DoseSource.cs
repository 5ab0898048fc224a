using Doseline.Execution.V1;
using Doseline.Kernel.Decay;
using Doseline.Kernel.Rules;
using Doseline.Platform.Rpc;
using Doseline.Shipping.Domain;
using Grpc.Core;

namespace Doseline.Shipping.Api;

/// <summary>Asks Execution what the record says of a dose: the one source of ids and activities.</summary>
public sealed class DoseSource(DoseRecordsService.DoseRecordsServiceClient records)
{
    /// <summary>The doses as the record has them now; adds every reason why one cannot be packed.</summary>
    public async Task<IReadOnlyList<DoseInPackage>> FetchAsync(IEnumerable<string> doseIds, List<Refusal> refusals, CancellationToken cancel)
    {
        List<DoseInPackage> doses = [];
        foreach (var id in doseIds)
        {
            try
            {
                var answer = await records.GetDoseRecordAsync(new GetDoseRecordRequest { DoseId = id }, cancellationToken: cancel);
                if (Read(id, answer.Record).OrAdd(refusals) is { } dose) doses.Add(dose);
            }
            catch (RpcException fault)
            {
                refusals.AddRange(RpcErrors.Passed(fault, "execution"));
            }
        }

        return doses;
    }

    static Decision<DoseInPackage> Read(string id, DoseRecord? record)
    {
        var resource = $"doses/{id}";
        // An answer about another dose would print another patient's activity.
        if (record?.DoseId != id)
            return Refusal.Unavailable(resource, "DOSE_RECORD_MISMATCH", "Execution answered about another dose.").With("dose_id", id).With("answered_dose_id", record?.DoseId);
        if (record.State is DoseState.Lost)
            return Refusal.State(resource, "DOSE_LOST", "The dose was lost and is not shipped.").With("dose_id", id);
        if (record.State is DoseState.Shipped or DoseState.Delivered)
            return Refusal.State(resource, "DOSE_ALREADY_SHIPPED", "The dose has left already.").With("dose_id", id);
        if (record.Measured is null || record.ExpireTime is null)
            return Refusal.State(resource, "DOSE_NOT_DISPENSED", "The dose is not dispensed and measured yet.").With("dose_id", id).With("state", record.State);

        List<Refusal> refusals = [];
        List<CalibratedActivity> contents = [];
        foreach (var sent in record.Contents is [] ? [record.Measured] : record.Contents)
        {
            if (sent.Read("contents").OrAdd(refusals) is { } activity) contents.Add(activity);
        }

        if (contents.Select(part => part.DataVersion).Distinct(StringComparer.Ordinal).Count() > 1)
            refusals.Add(Refusal.State(resource, "DATA_VERSIONS_MIXED", "The record computes its activities with different nuclide data."));
        return refusals is not [] ? refusals : new DoseInPackage
        {
            DoseId = id,
            OrderId = record.OrderId,
            BatchNumber = record.BatchNumber,
            ProductCode = record.ProductCode,
            ProductName = record.ProductName,
            SiteId = record.SiteId,
            Contents = [.. contents.Select(MeasuredPart.Of)],
            VolumeMl = record.VolumeMl,
            RecordVersion = record.RecordVersion,
            Expire = record.ExpireTime.ToDateTimeOffset(),
        };
    }
}
