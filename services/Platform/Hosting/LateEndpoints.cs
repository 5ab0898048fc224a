using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Primitives;

namespace Doseline.Platform.Hosting;

/// <summary>Endpoints that are mapped when the router first asks for them: at the first request that it has to find a way for.</summary>
sealed class LateEndpoints(IEndpointRouteBuilder app, Action<IEndpointRouteBuilder> map) : EndpointDataSource
{
    readonly Lazy<IReadOnlyList<Endpoint>> endpoints = new(() => Of(app, map));

    /// <inheritdoc/>
    public override IReadOnlyList<Endpoint> Endpoints => endpoints.Value;

    /// <summary>Maps endpoints beside those of the application.</summary>
    public static IReadOnlyList<Endpoint> Of(IEndpointRouteBuilder app, Action<IEndpointRouteBuilder> map)
    {
        Part part = new(app);
        map(part);
        return [.. part.DataSources.SelectMany(d => d.Endpoints)];
    }

    /// <inheritdoc/>
    public override IChangeToken GetChangeToken() => new CancellationChangeToken(CancellationToken.None);

    sealed class Part(IEndpointRouteBuilder app) : IEndpointRouteBuilder
    {
        public IServiceProvider ServiceProvider => app.ServiceProvider;

        public ICollection<EndpointDataSource> DataSources { get; } = [];

        public IApplicationBuilder CreateApplicationBuilder() => app.CreateApplicationBuilder();
    }
}
