using Doseline.Kernel.Hosting;
using Doseline.Labeling;

return await PlatformHost.RunAsync(args, [new LabelingModule()]);
