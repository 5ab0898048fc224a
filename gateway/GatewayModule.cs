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
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.HttpOverrides;
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
        services.AddSingleton<FrontMethods>().AddSingleton<Routes>().AddSingleton<Backends>().AddSingleton<Visitors>().AddSingleton<Admission>();
        services.AddSingleton<ConnectFault>().AddSingleton<ConnectEndpoint>().AddSingleton<PassThrough>().AddSingleton<ConsoleFiles>();
        services.Configure<SignInOptions>(module.Configuration.GetSection(SignInOptions.Section));
        services.AddSingleton<SessionSecrets>().AddSingleton<SignInProvider>().AddSingleton<SessionEndpoints>().AddScoped<ConsoleSessions>();
        services.AddSchemes().AddOpenIdConnect(SignInScheme.Name, _ => { });
        services.AddSingleton<IConfigureOptions<OpenIdConnectOptions>, SignInScheme>();
        services.AddSingleton<ApiComments>().AddSingleton<ApiDocument>().AddSingleton<ApiPage>();
        services.AddHttpForwarder();
        services.AddOptions<ForwardedHeadersOptions>().Configure<IOptions<GatewayOptions>>(Believe);
        services.AddRateLimiter().AddSingleton<IConfigureOptions<RateLimiterOptions>, ClientLimits>();
        module
            .Database<GatewayDb>()
            .Calls(new FrontMethods().Services)
            .Guard(Stand)
            .Web(MapCalls, Doors.Web | Doors.Grpc)
            .Web(MapPages);
    }

    static void Believe(ForwardedHeadersOptions headers, IOptions<GatewayOptions> options)
    {
        headers.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
        headers.KnownProxies.Clear();
        headers.KnownIPNetworks.Clear();
        foreach (var network in options.Value.Proxies) headers.KnownIPNetworks.Add(System.Net.IPNetwork.Parse(network));
    }

    static void Stand(IApplicationBuilder app)
    {
        // With nobody known the middleware would believe everybody.
        if (app.ApplicationServices.GetRequiredService<IOptions<GatewayOptions>>().Value.Proxies is not []) app.UseForwardedHeaders();
        app.Use(OuterHeaders.UseAsync);
        app.ApplicationServices.GetRequiredService<ConsoleFiles>().Use(app);
        app.Use(app.ApplicationServices.GetRequiredService<Visitors>().UseAsync);
        app.UseRateLimiter();
    }

    static void MapCalls(IEndpointRouteBuilder outer)
    {
        var connect = outer.ServiceProvider.GetRequiredService<ConnectEndpoint>();
        var grpc = outer.ServiceProvider.GetRequiredService<PassThrough>();
        RequestDelegate call = context => PassThrough.IsGrpc(context) ? grpc.HandleAsync(context) : connect.HandleAsync(context);
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
        web.MapFallback(web.ServiceProvider.GetRequiredService<ConsoleFiles>().ServePageAsync);
    }
}
