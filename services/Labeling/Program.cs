using Doseline.Kernel.Hosting;
using Doseline.Labeling;

PlatformHost.Build(args, [new LabelingModule()]).Run();
