using Doseline.Kernel.Hosting;
using Doseline.Orders;

await PlatformHost.RunAsync(args, [new OrdersModule()]);
