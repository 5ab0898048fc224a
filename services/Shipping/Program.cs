using Doseline.Kernel.Hosting;
using Doseline.Shipping;

PlatformHost.Build(args, [new ShippingModule()]).Run();
