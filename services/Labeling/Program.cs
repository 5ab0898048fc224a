using Doseline.Kernel.Hosting;
using Doseline.Labeling;

await PlatformHost.RunAsync(args, [new LabelingModule()]);
