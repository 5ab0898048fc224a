using Doseline.Facts.V1;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Doseline.Platform.Tests.Messaging;

/// <summary>Stands between a listener and a publisher as a sidecar or a proxy does, and changes what it passes on.</summary>
sealed class LogProxy : IAsyncDisposable
{
    readonly WebApplication app;
    readonly GrpcChannel publisher;

    LogProxy(WebApplication app, GrpcChannel publisher) => (this.app, this.publisher) = (app, publisher);

    /// <summary>Where listeners find it.</summary>
    public string Address => app.Urls.Single();

    /// <summary>What it makes of an answer; the answer as it is, until somebody sets it.</summary>
    public Func<ReadFactsResponse, ReadFactsResponse> Changes { get; set; } = page => page;

    public static async Task<LogProxy> StartAsync(Uri publisher)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, endpoint => endpoint.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        LogProxy? proxy = null;
        builder.Services.AddSingleton(_ => proxy!);
        var web = builder.Build();
        web.MapGrpcService<Passing>();
        proxy = new LogProxy(web, GrpcChannel.ForAddress(publisher));
        await web.StartAsync();
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        publisher.Dispose();
    }

    sealed class Passing(LogProxy proxy) : FactsService.FactsServiceBase
    {
        public override async Task<ReadFactsResponse> ReadFacts(ReadFactsRequest request, ServerCallContext context)
        {
            Metadata passed = [];
            foreach (var header in context.RequestHeaders.Where(h => !h.IsBinary && h.Key is "authorization")) passed.Add(header);
            return proxy.Changes(await new FactsService.FactsServiceClient(proxy.publisher).ReadFactsAsync(request, passed));
        }
    }
}
