using Doseline.Kernel.Hosting;
using Doseline.Inventory;

await PlatformHost.RunAsync(args, [new InventoryModule()]);
