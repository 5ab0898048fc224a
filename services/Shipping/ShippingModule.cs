using Doseline.Kernel.Hosting;

namespace Doseline.Shipping;

/// <summary>The shipping service.</summary>
public sealed class ShippingModule : ServiceModule
{
    /// <inheritdoc/>
    public override string Name => "shipping";

    /// <inheritdoc/>
    public override void Compose(ModuleBuilder module)
    {
    }
}
