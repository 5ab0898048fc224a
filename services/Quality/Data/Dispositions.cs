using Doseline.Kernel.Rules;
using Doseline.Platform.Rpc;
using Doseline.Platform.Signing;
using Doseline.Quality.V1;
using Google.Protobuf;

namespace Doseline.Quality.Data;

/// <summary>Changes dispositions, holds and deviations together with the facts about them, so that no path can forget one.</summary>
/// <remarks>Nothing is saved here: api class or fact handler saves once.</remarks>
public sealed class Dispositions(QualityDb db)
{
    /// <summary>Moves a dose along the transition table and says so to everyone.</summary>
    /// <param name="dose">Dose.</param>
    /// <param name="cause">What happens.</param>
    /// <param name="referenceId">Record that controls it; empty for none.</param>
    /// <param name="signature">Signature of the person who decided; null when no person did.</param>
    /// <param name="certificateId">Certificate of a release.</param>
    /// <param name="cancel">Cancels.</param>
    /// <exception cref="Kernel.Rules.RefusedException">The transition does not exist.</exception>
    public async Task MoveAsync(
        DoseRow dose, StatusCause cause, string referenceId, SignatureManifest? signature, string certificateId, CancellationToken cancel)
    {
        var from = dose.Become(cause);
        if (dose.CertificateId.Length > 0 && await db.LoadAsync<CertificateRow>(cancel, dose.CertificateId) is { } certificate)
            certificate.SupersededTime = db.Now;
        dose.ReferenceId = referenceId;
        dose.CertificateId = certificateId;
        dose.Signature = signature is null ? null : JsonFormatter.Default.Format(signature);
        Say(dose, from, signature);
    }

    /// <summary>Publishes the disposition of a dose; <paramref name="from"/> is what it was.</summary>
    public void Say(DoseRow dose, QualityStatus from, SignatureManifest? signature) => db.Publish(dose.Id, new DoseDispositionChanged
    {
        DoseId = dose.Id,
        BatchId = dose.BatchId,
        OrderId = dose.OrderId,
        From = from.ToDisposition(),
        To = dose.State.ToDisposition(),
        CertificateId = dose.CertificateId,
        ReferenceId = dose.ReferenceId,
        SignerName = signature?.SignerName ?? "",
        SignatureMeaning = signature is null ? "" : Words.Of(signature.Meaning),
        SignatureTime = signature?.SignTime,
        SignerId = signature?.SignerId ?? "",
        SignatureId = signature?.SignatureId ?? "",
        SignedContent = Released(dose)?.Content ?? "",
        SignerSignature = Released(dose)?.Token ?? "",
    });

    // Whoever acts on a release verifies who released, so the signature goes with the fact.
    GivenSignature? Released(DoseRow dose) => StatusModel.MayLeave(dose.State) && db.Request.Signatures is [var given, ..] ? given : null;

    /// <summary>Puts a hold and moves every dose it concerns into quarantine; rejected doses stay rejected.</summary>
    public async Task<(HoldRow Hold, IReadOnlyList<DoseRow> Doses)> HoldAsync(
        string batchId, string doseId, HoldOrigin origin, string referenceId, string reason, SignatureManifest? signature, CancellationToken cancel)
    {
        var hold = new HoldRow
        {
            Id = db.Ids.New(),
            BatchId = batchId,
            DoseId = doseId,
            Origin = origin,
            ReferenceId = referenceId,
            Reason = reason,
            RaisedTime = db.Now,
            RaisedBy = db.Request.Caller.Name,
            Signature = signature is null ? null : JsonFormatter.Default.Format(signature),
        };
        db.Put(hold);
        var doses = await DosesAsync(batchId, doseId, cancel);
        foreach (var dose in doses)
        {
            if (dose.State is not (QualityStatus.Quarantine or QualityStatus.Rejected))
                await MoveAsync(dose, StatusCause.Hold, referenceId, signature, "", cancel);
        }

        return (hold, doses);
    }

    /// <summary>Ends a hold; a dose leaves quarantine when no other hold stands.</summary>
    public async Task<IReadOnlyList<DoseRow>> LiftAsync(HoldRow hold, string reason, SignatureManifest? signature, CancellationToken cancel)
    {
        hold.LiftedTime = db.Now;
        hold.LiftedBy = db.Request.Caller.Name;
        hold.LiftReason = reason;
        if (signature is not null) hold.Signature = JsonFormatter.Default.Format(signature);
        var (holds, batch, doses) = await db.LoadAsync(db.HoldsOf(hold.BatchId), db.One<BatchRow>(hold.BatchId), db.DosesOf(hold.BatchId), cancel);
        var complete = batch is { ReadyTime: not null };
        List<DoseRow> moved = [];
        foreach (var dose in Named(doses, hold.DoseId))
        {
            if (dose.State is not QualityStatus.Quarantine || holds.Exists(h => h.LiftedTime is null && (h.DoseId is "" || h.DoseId == dose.Id))) continue;
            await MoveAsync(dose, complete ? StatusCause.HoldEnded : StatusCause.HoldEndedInProcess, hold.ReferenceId, signature, "", cancel);
            moved.Add(dose);
        }

        return moved;
    }

    /// <summary>Opens a deviation and holds what it concerns.</summary>
    public async Task<DeviationRow> OpenAsync(
        string id, string batchId, string doseId, DeviationOrigin origin, string sourceId, string code, string summary, CancellationToken cancel)
    {
        var deviation = new DeviationRow
        {
            Id = id,
            BatchId = batchId,
            DoseId = doseId,
            Origin = origin,
            SourceId = sourceId,
            Code = code,
            Summary = summary,
            OpenedBy = db.Request.Caller.Name,
            OpenedTime = db.Now,
        };
        db.Put(deviation);
        db.Publish(deviation.Id, new DeviationOpened { DeviationId = deviation.Id, BatchId = batchId, DoseId = doseId, Code = code });
        await HoldAsync(batchId, doseId, HoldOrigin.Deviation, deviation.Id, summary, null, cancel);
        return deviation;
    }

    /// <summary>Doses of a batch, or the one named.</summary>
    public async Task<IReadOnlyList<DoseRow>> DosesAsync(string batchId, string doseId, CancellationToken cancel) =>
        [.. Named(await db.LoadAsync(db.DosesOf(batchId), cancel), doseId)];

    static IEnumerable<DoseRow> Named(List<DoseRow> doses, string doseId) => doses.Where(d => doseId is "" || d.Id == doseId);
}
