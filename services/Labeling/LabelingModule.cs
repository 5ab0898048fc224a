using Doseline.Kernel.Hosting;

namespace Doseline.Labeling;

/// <summary>The labeling service.</summary>
public sealed class LabelingModule : ServiceModule
{
    /// <inheritdoc/>
    public override string Name => "labeling";

    /// <inheritdoc/>
    public override void Compose(ModuleBuilder module)
    {
    }
}
