using Doseline.Gateway.Connect;
using Doseline.Gateway.Front;
using Doseline.Gateway.Pages;
using Doseline.Kernel.Hosting;

namespace Doseline.Gateway;

/// <summary>The front door for people's browsers and partners' systems.</summary>
public sealed class GatewayModule : ServiceModule
{
    /// <inheritdoc/>
    public override string Name => "gateway";

    /// <inheritdoc/>
    public override void Compose(ModuleBuilder module)
    {
        module.Services.Configure<GatewayOptions>(module.Configuration.GetSection(GatewayOptions.Section));
        module.Services.AddSingleton<FrontMethods>().AddSingleton<Backends>().AddSingleton<CallerTokens>();
        module.Services.AddSingleton<ConnectFault>().AddSingleton<ConnectEndpoint>().AddSingleton<ConsoleFiles>();
        module
            .Guard(app => app.ApplicationServices.GetRequiredService<ConsoleFiles>().Use(app))
            .Web(Map);
    }

    static void Map(IEndpointRouteBuilder web)
    {
        var connect = web.ServiceProvider.GetRequiredService<ConnectEndpoint>();
        var services = web.ServiceProvider.GetRequiredService<FrontMethods>().All.Select(m => m.Descriptor.Service.FullName).Distinct(StringComparer.Ordinal);
        foreach (var service in services) web.Map($"/{service}/{{method}}", connect.HandleAsync);
        // What is no service is answered as a call that nobody serves; a GET is a page of the console.
        web.MapPost("/{service}/{method}", connect.HandleAsync);
        // Whatever looks like no file is a page that the console routes itself; files are served before.
        web.MapFallback(web.ServiceProvider.GetRequiredService<ConsoleFiles>().ServePageAsync);
    }
}
