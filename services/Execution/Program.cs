using Doseline.Kernel.Hosting;
using Doseline.Execution;

return await PlatformHost.RunAsync(args, [new ExecutionModule()]);
