using Doseline.Execution;
using Doseline.Platform.Hosting;

return await PlatformHost.RunAsync(args, [new ExecutionModule()]);
