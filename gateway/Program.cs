using Doseline.Gateway;
using Doseline.Kernel.Hosting;

PlatformHost.Build(args, [new GatewayModule()]).Run();
