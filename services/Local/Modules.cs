using Doseline.Execution;
using Doseline.Gateway;
using Doseline.Identity;
using Doseline.Inventory;
using Doseline.Labeling;
using Doseline.Orders;
using Doseline.Platform.Hosting;
using Doseline.Quality;
using Doseline.Shipping;
using Doseline.Waste;

namespace Doseline.Local;

/// <summary>Every service of the platform and the gateway, for one process.</summary>
public static class Modules
{
    /// <summary>New modules, in no particular order: none needs another to start.</summary>
    public static IReadOnlyList<ServiceModule> All() =>
    [
        new OrdersModule(), new ExecutionModule(), new InventoryModule(), new QualityModule(),
        new LabelingModule(), new ShippingModule(), new WasteModule(), new IdentityModule(),
        new GatewayModule(),
    ];
}
