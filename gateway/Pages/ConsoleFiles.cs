using System.Net.Mime;
using Doseline.Gateway.Front;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace Doseline.Gateway.Pages;

/// <summary>Serves the built console: its files, and its one page for every path the console itself routes.</summary>
public sealed class ConsoleFiles
{
    const string Page = "index.html";
    // Vite names the files of this folder after their content, so they never change.
    const string NamedByContent = "/assets";

    static readonly string[] Machines = ["/.well-known", "/oauth"];
    static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    readonly StaticFileOptions? files;
    readonly IFileProvider provider = new NullFileProvider();

    /// <summary>Looks for the console.</summary>
    public ConsoleFiles(IOptions<GatewayOptions> options)
    {
        var folder = Path.GetFullPath(options.Value.ConsoleFolder, AppContext.BaseDirectory);
        if (!File.Exists(Path.Combine(folder, Page))) return;
        provider = new PhysicalFileProvider(folder);
        files = new StaticFileOptions
        {
            FileProvider = provider,
            OnPrepareResponse = served => served.Context.Response.Headers.CacheControl =
                served.Context.Request.Path.StartsWithSegments(NamedByContent, StringComparison.Ordinal) ? "public, max-age=31536000, immutable" : "no-cache",
        };
    }

    /// <summary>True when a file of the console is asked for; a call, which is none, costs no look at the disk.</summary>
    public bool IsFor(HttpRequest request) => Reading.Contains(request.Method, StringComparer.OrdinalIgnoreCase) && provider.GetFileInfo(request.Path).Exists;

    /// <summary>Serves the files that exist.</summary>
    public void Use(IApplicationBuilder app)
    {
        if (files is null) return;
        // A file is served before any route is; where one was chosen, the middleware would leave it alone.
        app.Use((context, next) =>
        {
            if (IsFor(context.Request)) context.SetEndpoint(null);
            return next(context);
        });
        app.UseStaticFiles(files);
    }

    /// <summary>Serves the page of the console, or what to do when it was not built.</summary>
    public async Task ServePageAsync(HttpContext context)
    {
        if (Refuse(context, AllowedAt(context) is [_, ..] others ? others : Reading)) return;
        // A machine that looks for what is not there is told so, and not given a page for people.
        if (Machines.Any(m => context.Request.Path.StartsWithSegments(m, StringComparison.OrdinalIgnoreCase)))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        context.Response.Headers[HeaderNames.CacheControl] = "no-cache";
        context.Response.ContentType = MediaTypeNames.Text.Html + "; charset=utf-8";
        var page = provider.GetFileInfo(Page);
        if (page.Exists) await context.Response.SendFileAsync(page, context.RequestAborted);
        else await context.Response.WriteAsync(NotBuilt, context.RequestAborted);
    }

    /// <summary>Answers where there is neither a page nor a file: the path may be one that takes other verbs.</summary>
    public Task ServeNothingAsync(HttpContext context)
    {
        if (!Refuse(context, AllowedAt(context))) context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    // RFC 9110, 15.5.6: who asks with another verb is told which are taken.
    static bool Refuse(HttpContext context, IReadOnlyList<string> allowed)
    {
        if (allowed is [] || allowed.Contains(context.Request.Method, StringComparer.OrdinalIgnoreCase)) return false;
        context.Response.Headers.Allow = string.Join(", ", allowed);
        context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
        return true;
    }

    static List<string> AllowedAt(HttpContext context) => [.. context.RequestServices.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        .Where(e => e.RoutePattern.Parameters is [] && context.Request.Path.Equals("/" + e.RoutePattern.RawText?.TrimStart('/'), StringComparison.OrdinalIgnoreCase))
        .SelectMany(e => e.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? []).Distinct(StringComparer.Ordinal)];

    const string NotBuilt = """
        <!doctype html>
        <html lang="en">
        <head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Doseline</title></head>
        <body>
        <h1>Doseline runs; its console was not built</h1>
        <p>The console needs <strong>Node.js 20 or newer</strong> with npm when the platform is built. Install it, then build again:</p>
        <pre>dotnet build gateway/Gateway.csproj
        dotnet run --project services/Local</pre>
        <p>The services answer all the same: <a href="/api">what can be called</a>.</p>
        </body>
        </html>
        """;
}
