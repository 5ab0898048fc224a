using Doseline.Kernel.Hosting;

namespace Doseline.Orders;

/// <summary>The orders service.</summary>
public sealed class OrdersModule : ServiceModule
{
    /// <inheritdoc/>
    public override string Name => "orders";

    /// <inheritdoc/>
    public override void Compose(ModuleBuilder module)
    {
    }
}
