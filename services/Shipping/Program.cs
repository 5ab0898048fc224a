using Doseline.Kernel.Hosting;
using Doseline.Shipping;

return await PlatformHost.RunAsync(args, [new ShippingModule()]);
