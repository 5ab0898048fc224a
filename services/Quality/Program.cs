using Doseline.Kernel.Hosting;
using Doseline.Quality;

PlatformHost.Build(args, [new QualityModule()]).Run();
