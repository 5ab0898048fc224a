using Doseline.Kernel.Hosting;
using Doseline.Waste;

await PlatformHost.RunAsync(args, [new WasteModule()]);
