using Doseline.Execution.V1;
using Doseline.Labeling.Api;
using Doseline.Labeling.Data;
using Doseline.Labeling.Events;
using Doseline.Platform.Hosting;
using Doseline.Quality.V1;

namespace Doseline.Labeling;

/// <summary>The labeling service.</summary>
public sealed class LabelingModule : ServiceModule
{
    /// <inheritdoc/>
    public override string Name => "labeling";

    /// <inheritdoc/>
    public override void Compose(ModuleBuilder module)
    {
        module
            .Database<LabelingDb>()
            .Api<TemplatesApi>()
            .Api<LabelsApi>()
            .Api<AuthenticityApi>()
            .Calls<DoseRecordsService.DoseRecordsServiceClient>()
            .From("quality", facts => facts.LatestWins<DoseDispositionChanged, DoseStandings>(d => [d.DoseId]))
            .From("execution", facts => facts.InTurn<DoseLost, DoseStandings>(d => [d.DoseId]));
        module.Services.AddScoped<LabelPress>();
    }
}
