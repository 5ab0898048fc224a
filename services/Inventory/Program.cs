using Doseline.Kernel.Hosting;
using Doseline.Inventory;

return await PlatformHost.RunAsync(args, [new InventoryModule()]);
