using Doseline.Kernel.Hosting;
using Doseline.Shipping;

await PlatformHost.RunAsync(args, [new ShippingModule()]);
