using Doseline.Gateway;
using Doseline.Platform.Hosting;

return await PlatformHost.RunAsync(args, [new GatewayModule()]);
