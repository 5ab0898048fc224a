using Doseline.Kernel.Hosting;
using Doseline.Quality;

return await PlatformHost.RunAsync(args, [new QualityModule()]);
