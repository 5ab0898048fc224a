using Doseline.Kernel.Hosting;
using Doseline.Waste;

return await PlatformHost.RunAsync(args, [new WasteModule()]);
