using Doseline.Kernel.Hosting;

namespace Doseline.Quality;

/// <summary>The quality service.</summary>
public sealed class QualityModule : ServiceModule
{
    /// <inheritdoc/>
    public override string Name => "quality";

    /// <inheritdoc/>
    public override void Compose(ModuleBuilder module)
    {
    }
}
