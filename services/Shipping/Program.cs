using Doseline.Platform.Hosting;
using Doseline.Shipping;

return await PlatformHost.RunAsync(args, [new ShippingModule()]);
