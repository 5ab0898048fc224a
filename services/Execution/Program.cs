using Doseline.Kernel.Hosting;
using Doseline.Execution;

PlatformHost.Build(args, [new ExecutionModule()]).Run();
