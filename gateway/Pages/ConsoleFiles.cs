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

    /// <summary>Serves the files that exist.</summary>
    public void Use(IApplicationBuilder app)
    {
        if (files is not null) app.UseStaticFiles(files);
    }

    /// <summary>Serves the page of the console, or what to do when it was not built.</summary>
    public async Task ServePageAsync(HttpContext context)
    {
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
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
