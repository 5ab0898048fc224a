using Doseline.Gateway;
using Doseline.Kernel.Hosting;

return await PlatformHost.RunAsync(args, [new GatewayModule()]);
