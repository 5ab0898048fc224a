using Doseline.Identity;
using Doseline.Kernel.Hosting;

await PlatformHost.RunAsync(args, [new IdentityModule()]);
