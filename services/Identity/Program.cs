using Doseline.Identity;
using Doseline.Kernel.Hosting;

return await PlatformHost.RunAsync(args, [new IdentityModule()]);
