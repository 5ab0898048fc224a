using Doseline.Kernel.Hosting;
using Doseline.Execution;

await PlatformHost.RunAsync(args, [new ExecutionModule()]);
