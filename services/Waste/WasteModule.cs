using Doseline.Kernel.Hosting;

namespace Doseline.Waste;

/// <summary>The waste service.</summary>
public sealed class WasteModule : ServiceModule
{
    /// <inheritdoc/>
    public override string Name => "waste";

    /// <inheritdoc/>
    public override void Compose(ModuleBuilder module)
    {
    }
}
