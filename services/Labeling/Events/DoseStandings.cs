using Doseline.Execution.V1;
using Doseline.Labeling.Data;
using Doseline.Platform.Messaging;
using Doseline.Platform.Rpc;
using Doseline.Quality.V1;

namespace Doseline.Labeling.Events;

/// <summary>Remembers what Quality and Execution say of doses, so that none is labelled that may not be.</summary>
public sealed class DoseStandings(LabelingDb db) : IFactHandler<DoseDispositionChanged>, IFactHandler<DoseLost>
{
    /// <inheritdoc/>
    public async Task HandleAsync(DoseDispositionChanged fact, Fact envelope, CancellationToken cancel) =>
        (await RowAsync(fact.DoseId, cancel)).Disposition = fact.To.ToStatus();

    /// <inheritdoc/>
    public async Task HandleAsync(DoseLost fact, Fact envelope, CancellationToken cancel) =>
        (await RowAsync(fact.DoseId, cancel)).LostCause = fact.Cause.ToString().ToUpperInvariant();

    async Task<DoseRow> RowAsync(string id, CancellationToken cancel) => await db.LoadAsync<DoseRow>(cancel, id) ?? db.Put(new DoseRow { Id = id });
}
