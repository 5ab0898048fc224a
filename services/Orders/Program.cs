using Doseline.Kernel.Hosting;
using Doseline.Orders;

PlatformHost.Build(args, [new OrdersModule()]).Run();
