using Doseline.Kernel.Hosting;
using Doseline.Quality;

await PlatformHost.RunAsync(args, [new QualityModule()]);
