using Doseline.Execution.V1;
using Doseline.Labeling.V1;
using Doseline.Platform.Messaging;
using Doseline.Platform.Rpc;
using Doseline.Quality.V1;
using Doseline.Shipping.Data;

namespace Doseline.Shipping.Events;

/// <summary>
/// Keeps what others say of doses: labels, which the gate counts on, and dispositions, which are hints for boards only.
/// </summary>
public sealed class DoseSignals(ShippingDb db) :
    IFactHandler<LabelVerified>, IFactHandler<LabelVoided>, IFactHandler<DoseDispositionChanged>, IFactHandler<DoseLost>
{
    /// <inheritdoc/>
    public async Task HandleAsync(LabelVerified fact, Fact envelope, CancellationToken cancel) =>
        (await LabelAsync(fact.DoseId, fact.PrintId, cancel)).Verified = true;

    /// <inheritdoc/>
    public async Task HandleAsync(LabelVoided fact, Fact envelope, CancellationToken cancel) =>
        (await LabelAsync(fact.DoseId, fact.PrintId, cancel)).Voided = true;

    /// <inheritdoc/>
    public async Task HandleAsync(DoseDispositionChanged fact, Fact envelope, CancellationToken cancel)
    {
        var hint = await HintAsync(fact.DoseId, cancel);
        (hint.Disposition, hint.BatchId) = (fact.To.ToStatus(), fact.BatchId);
    }

    /// <inheritdoc/>
    public async Task HandleAsync(DoseLost fact, Fact envelope, CancellationToken cancel) =>
        (await HintAsync(fact.DoseId, cancel)).LostCause = fact.Cause.ToString();

    async Task<LabelCopy> LabelAsync(string doseId, string printId, CancellationToken cancel) =>
        await db.LoadAsync<LabelCopy>(cancel, doseId, printId) ?? db.Put(new LabelCopy { DoseId = doseId, PrintId = printId, Verified = false, Voided = false });

    async Task<DoseHintRow> HintAsync(string doseId, CancellationToken cancel) =>
        await db.LoadAsync<DoseHintRow>(cancel, doseId) ?? db.Put(new DoseHintRow { DoseId = doseId, LostCause = "" });
}
