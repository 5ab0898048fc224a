using Doseline.Kernel.Hosting;
using Doseline.Waste;

PlatformHost.Build(args, [new WasteModule()]).Run();
