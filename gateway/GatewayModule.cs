using Doseline.Gateway.Connect;
using Doseline.Gateway.Data;
using Doseline.Gateway.Describing;
using Doseline.Gateway.Front;
using Doseline.Gateway.Guards;
using Doseline.Gateway.Pages;
using Doseline.Gateway.Passing;
using Doseline.Gateway.Sessions;
using Doseline.Platform.Auth;
using Doseline.Platform.Hosting;
using Doseline.Platform.Telemetry;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace Doseline.Gateway;

/// <summary>The front door for people's browsers and partners' systems.</summary>
public sealed class GatewayModule : ServiceModule
{
    /// <summary>The gateway's own name among the services.</summary>
    public const string Own = "gateway";

    /// <inheritdoc/>
    public override string Name => Own;

    /// <inheritdoc/>
    public override void Compose(ModuleBuilder module)
    {
        var services = module.Services;
        services.Configure<GatewayOptions>(module.Configuration.GetSection(GatewayOptions.Section));
        services.AddSingleton<FrontMeter>().AddSingleton<IMeasure>(p => p.GetRequiredService<FrontMeter>());
        services.AddSingleton<FrontMethods>().AddSingleton<Routes>().AddSingleton<Backends>().AddSingleton<Visitors>().AddSingleton<Admission>();
        services.AddSingleton<ConnectFault>().AddSingleton<ConnectEndpoint>().AddSingleton<PassThrough>().AddSingleton<ConsoleFiles>();
        services.Configure<SignInOptions>(module.Configuration.GetSection(SignInOptions.Section));
        services.AddSingleton<SessionSecrets>().AddSingleton<SignInProvider>().AddSingleton<SessionEndpoints>().AddScoped<ConsoleSessions>();
        services.AddSchemes().AddOpenIdConnect(SignInScheme.Name, _ => { });
        services.AddSingleton<IConfigureOptions<OpenIdConnectOptions>, SignInScheme>();
        services.AddSingleton<ApiComments>().AddSingleton<ApiDocument>().AddSingleton<ApiPage>();
        services.AddHttpForwarder();
        services.AddResponseCompression(compression => compression.EnableForHttps = true);
        services.AddRateLimiter().AddSingleton<IConfigureOptions<RateLimiterOptions>, ClientLimits>();
        module
            .Database<GatewayDb>()
            .Calls(() => Called(new FrontMethods()))
            .Guard(Stand)
            .Web(MapCalls, Doors.Web | Doors.Grpc)
            .Web(MapPages);
    }

    // What every host serves is asked of each.
    static IEnumerable<(string Callee, string Service)> Called(FrontMethods methods) =>
        from method in methods.All
        from callee in method.OfEveryHost ? (IEnumerable<string>)methods.Services : [method.Service]
        select (callee, method.Descriptor.Service.FullName);

    static void Stand(IApplicationBuilder app)
    {
        app.Use(OuterHeaders.UseAsync);
        var console = app.ApplicationServices.GetRequiredService<ConsoleFiles>();
        // What is public and nothing else: an answer with secrets in it, beside what a stranger chose, must not be compressed over TLS.
        app.UseWhen(context => ApiPage.Is(context.Request.Path) || console.IsFor(context.Request), branch => branch.UseResponseCompression());
        console.Use(app);
        app.Use(app.ApplicationServices.GetRequiredService<Visitors>().UseAsync);
        app.UseRateLimiter();
    }

    static void MapCalls(IEndpointRouteBuilder outer)
    {
        var connect = outer.ServiceProvider.GetRequiredService<ConnectEndpoint>();
        var grpc = outer.ServiceProvider.GetRequiredService<PassThrough>();
        var meter = outer.ServiceProvider.GetRequiredService<FrontMeter>();
        RequestDelegate call = context => meter.CountAsync(context, PassThrough.IsGrpc(context) ? grpc.HandleAsync : connect.HandleAsync);
        var services = outer.ServiceProvider.GetRequiredService<FrontMethods>().All.Select(m => m.Descriptor.Service.FullName).Distinct(StringComparer.Ordinal);
        foreach (var service in services) outer.Map($"/{service}/{{method}}", call);
        // What is no service is answered as a call that nobody serves; a GET is a page of the console.
        outer.MapPost("/{service}/{method}", call);
    }

    static void MapPages(IEndpointRouteBuilder web)
    {
        web.ServiceProvider.GetRequiredService<SessionEndpoints>().Map(web);
        web.ServiceProvider.GetRequiredService<ApiPage>().Map(web);
        // Whatever looks like no file is a page that the console routes itself; files are served before.
        var console = web.ServiceProvider.GetRequiredService<ConsoleFiles>();
        web.MapFallback(console.ServePageAsync);
        web.MapFallback("{*path:file}", console.ServeNothingAsync);
    }
}
