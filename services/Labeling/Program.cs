using Doseline.Labeling;
using Doseline.Platform.Hosting;

return await PlatformHost.RunAsync(args, [new LabelingModule()]);
