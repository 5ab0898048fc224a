using Doseline.Platform.Hosting;
using Doseline.Quality;

return await PlatformHost.RunAsync(args, [new QualityModule()]);
