using Doseline.Identity;
using Doseline.Kernel.Hosting;

PlatformHost.Build(args, [new IdentityModule()]).Run();
