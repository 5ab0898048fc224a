using Doseline.Kernel.Hosting;
using Doseline.Inventory;

PlatformHost.Build(args, [new InventoryModule()]).Run();
