using Doseline.Kernel.Hosting;
using Doseline.Local;

var app = PlatformHost.Build(args, Modules.All());
await PlatformHost.ApplySchemasAsync(app.Services);
await app.RunAsync();
