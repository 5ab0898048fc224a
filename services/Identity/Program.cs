using Doseline.Identity;
using Doseline.Platform.Hosting;

return await PlatformHost.RunAsync(args, [new IdentityModule()]);
