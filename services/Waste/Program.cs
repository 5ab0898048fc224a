using Doseline.Platform.Hosting;
using Doseline.Waste;

return await PlatformHost.RunAsync(args, [new WasteModule()]);
