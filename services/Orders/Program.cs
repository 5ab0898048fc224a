using Doseline.Orders;
using Doseline.Platform.Hosting;

return await PlatformHost.RunAsync(args, [new OrdersModule()]);
