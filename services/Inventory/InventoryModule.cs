using Doseline.Kernel.Hosting;

namespace Doseline.Inventory;

/// <summary>The inventory service.</summary>
public sealed class InventoryModule : ServiceModule
{
    /// <inheritdoc/>
    public override string Name => "inventory";

    /// <inheritdoc/>
    public override void Compose(ModuleBuilder module)
    {
    }
}
