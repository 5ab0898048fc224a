using System.Globalization;
using System.Net.Mime;
using System.Text;
using System.Text.Encodings.Web;
using Doseline.Gateway.Front;
using Doseline.Kernel.Signing;
using Google.Protobuf.Reflection;
using Microsoft.Net.Http.Headers;

namespace Doseline.Gateway.Describing;

/// <summary>The API as a page that people read: no script, nothing from elsewhere.</summary>
public sealed class ApiPage(FrontMethods methods, ApiComments comments, ApiDocument document)
{
    const int DepthMax = 3;
    static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    readonly Lazy<string> page = new(() => Write(methods, comments));

    /// <summary>True for a page of the API's description.</summary>
    public static bool Is(PathString path) => path.Value is "/api" or "/api/style.css" or "/openapi.json";

    /// <summary>Maps the routes.</summary>
    public void Map(IEndpointRouteBuilder web)
    {
        web.MapMethods("/api", Reading, () => Results.Content(page.Value, MediaTypeNames.Text.Html + "; charset=utf-8"));
        web.MapMethods("/api/style.css", Reading, () => Results.Stream(typeof(ApiPage).Assembly.GetManifestResourceStream("api.css")!, "text/css; charset=utf-8"));
        web.MapMethods("/openapi.json", Reading, async () =>
        {
            var json = await document.JsonAsync();
            return Results.Bytes(json, MediaTypeNames.Application.Json, entityTag: new EntityTagHeaderValue($"\"{Digest.Of(json)}\""));
        });
    }

    static string Write(FrontMethods methods, ApiComments comments)
    {
        StringBuilder html = new("""
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Doseline API</title><link rel="stylesheet" href="/api/style.css"></head><body>
            <header><h1>Doseline API</h1>
            <p>Each method is a <code>POST</code> of its request, with JSON by the Connect protocol or by gRPC; the same description for machines is <a href="/openapi.json">openapi.json</a> (OpenAPI 3.1).
            A change carries a <code>requestId</code> that makes it safe to repeat. A refusal names every reason at once.</p></header>
            """);
        var services = methods.All.GroupBy(m => m.Descriptor.Service).OrderBy(g => g.Key.FullName, StringComparer.Ordinal).ToList();
        html.Append("<nav aria-label=\"Services\"><ul>");
        foreach (var service in services) html.Append(CultureInfo.InvariantCulture, $"<li><a href=\"#{service.Key.FullName}\">{service.Key.FullName}</a></li>");
        html.Append("</ul></nav><main>");
        foreach (var service in services)
        {
            html.Append(CultureInfo.InvariantCulture, $"<section id=\"{service.Key.FullName}\"><h2>{service.Key.Name}</h2><p>{Text(comments.Of(service.Key))}</p>");
            foreach (var method in service) Write(html, method, comments);
            html.Append("</section>");
        }

        return html.Append("</main></body></html>").ToString();
    }

    static void Write(StringBuilder html, FrontMethod method, ApiComments comments)
    {
        var kind = method.Streams ? "<span class=\"kind\">stream</span>" : method.Policy.Mutates ? "<span class=\"kind\">change</span>" : "";
        html.Append(CultureInfo.InvariantCulture, $"<article id=\"{method.Descriptor.FullName}\"><h3>{method.Descriptor.Name} {kind}</h3><p>{Text(comments.Of(method.Descriptor))}</p>")
            .Append(CultureInfo.InvariantCulture, $"<p class=\"path\"><code>POST {method.Path}</code></p><p class=\"who\">{Text(ApiDocument.WhoMay(method))}</p><details><summary>Request and response</summary><h4>Request</h4>");
        Write(html, method.Descriptor.InputType, comments, 1);
        html.Append("<h4>Response</h4>");
        Write(html, method.Descriptor.OutputType, comments, 1);
        html.Append("</details></article>");
    }

    static void Write(StringBuilder html, MessageDescriptor type, ApiComments comments, int depth)
    {
        if (type.Fields.InDeclarationOrder() is [])
        {
            html.Append("<p>Empty.</p>");
            return;
        }

        html.Append("<dl>");
        foreach (var field in type.Fields.InDeclarationOrder())
        {
            html.Append(CultureInfo.InvariantCulture, $"<dt><code>{field.JsonName}</code> <span class=\"type\">{Text(TypeOf(field))}</span></dt><dd>{Text(comments.Of(field))}");
            if (field.FieldType is FieldType.Enum)
                html.Append(CultureInfo.InvariantCulture, $" <span class=\"values\">{string.Join(", ", field.EnumType.Values.Skip(1).Select(v => $"<code>{v.Name}</code>"))}</span>");
            if (field.FieldType is FieldType.Message && !field.IsMap && depth < DepthMax && field.MessageType.File.Package != "google.protobuf") Write(html, field.MessageType, comments, depth + 1);
            html.Append("</dd>");
        }

        html.Append("</dl>");
    }

    static string TypeOf(FieldDescriptor field)
    {
        var one = field.FieldType switch
        {
            _ when field.IsMap => "map",
            FieldType.Message => field.MessageType.FullName switch { "google.protobuf.Timestamp" => "instant", "google.protobuf.Duration" => "span of seconds", _ => field.MessageType.Name },
            FieldType.Enum => field.EnumType.Name,
            FieldType.Int64 or FieldType.UInt64 => "64-bit number as text",
            var plain => plain.ToString().ToLowerInvariant(),
        };
        return field.IsRepeated && !field.IsMap ? "list of " + one : one;
    }

    static string Text(string text) => HtmlEncoder.Default.Encode(text);
}
