using Doseline.Inventory;
using Doseline.Platform.Hosting;

return await PlatformHost.RunAsync(args, [new InventoryModule()]);
