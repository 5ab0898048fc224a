using Doseline.Kernel.Hosting;
using Doseline.Orders;

return await PlatformHost.RunAsync(args, [new OrdersModule()]);
