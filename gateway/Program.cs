using Doseline.Gateway;
using Doseline.Kernel.Hosting;

await PlatformHost.RunAsync(args, [new GatewayModule()]);
