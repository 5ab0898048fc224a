using Doseline.Quality.V1;

namespace Doseline.Quality.Data;

/// <summary>Links deviations to actions together with the facts about it.</summary>
/// <remarks>Nothing is saved here: the api class saves once.</remarks>
public sealed class Capas(QualityDb db)
{
    /// <summary>The action of that number; null when there is none.</summary>
    public async Task<CapaRow?> FindAsync(string reference, CancellationToken cancel) =>
        (await db.LoadAsync(db.All<CapaRow>(nameof(CapaRow.CapaReference), reference), cancel)).SingleOrDefault();

    /// <summary>Links a deviation; one that is linked stays as it is.</summary>
    public void Link(CapaRow capa, DeviationRow deviation)
    {
        if (deviation.CapaReference == capa.CapaReference) return;
        deviation.CapaReference = capa.CapaReference;
        db.Publish(deviation.Id, new CapaLinked { DeviationId = deviation.Id, BatchId = deviation.BatchId, DoseId = deviation.DoseId, CapaReference = capa.CapaReference });
    }
}
