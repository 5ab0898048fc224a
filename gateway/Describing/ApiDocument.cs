using System.Net.Mime;
using System.Text.Json.Nodes;
using Doseline.Common.V1;
using Doseline.Gateway.Front;
using Google.Protobuf;
using Microsoft.OpenApi;

namespace Doseline.Gateway.Describing;

/// <summary>The API as an OpenAPI 3.1 document: every method that is offered, with its comment and who may call it, from the contracts themselves.</summary>
public sealed class ApiDocument
{
    const string Unary = MediaTypeNames.Application.Json;
    const string Stream = "application/connect+json";
    const string ErrorSchema = "connect.Error";
    const string Bearer = "bearer";
    const string Problem = "problem";

    readonly Lazy<Task<byte[]>> json;

    /// <summary>Reads the contracts when the document is first asked for.</summary>
    public ApiDocument(FrontMethods methods, ApiComments comments) => json = new Lazy<Task<byte[]>>(() => WriteAsync(methods, comments));

    /// <summary>The document as UTF-8 JSON.</summary>
    public Task<byte[]> JsonAsync() => json.Value;

    /// <summary>Who may call a method, as a sentence.</summary>
    public static string WhoMay(FrontMethod method)
    {
        var site = method.Policy.SiteField.Length > 0 ? $", with rights at the site of {method.Policy.SiteField}" : "";
        var partners = method.Policy is { AnyRole: true, Anybody: false, Partner: not PartnerReach.Unspecified } ? ", and partners" : "";
        var who = method.Policy.Anybody ? "Anybody who is signed in" : method.Policy.AnyRole ? $"Whoever has a role of the staff{partners}" : $"Roles {string.Join(", ", method.Policy.Roles.Where(r => !r.StartsWith("service:", StringComparison.Ordinal)))}";
        var own = method.Policy.Partner is PartnerReach.Customer ? " Partners as far as it is of their own customers." : "";
        return who + site + "." + own;
    }

    static async Task<byte[]> WriteAsync(FrontMethods methods, ApiComments comments)
    {
        OpenApiDocument document = new()
        {
            Info = new OpenApiInfo
            {
                Title = "Doseline", Version = typeof(ApiDocument).Assembly.GetName().Version!.ToString(3),
                Description = "Every method is a POST of its request by the Connect protocol. A field with its default value may be left out; a field that is not known is refused. "
                    + "A request_id makes a change safe to repeat. A refusal names every reason, with its numbers, in details of type doseline.common.v1.Refusals.",
            },
            Servers = [new OpenApiServer { Url = "/" }],
            Paths = [],
            Components = new OpenApiComponents
            {
                Schemas = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal) { [ErrorSchema] = ErrorOf() },
                Responses = new Dictionary<string, IOpenApiResponse>(StringComparer.Ordinal),
                SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal)
                {
                    [Bearer] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = Bearer, BearerFormat = "JWT", Description = "A token of the identity service." },
                },
            },
            Tags = new HashSet<OpenApiTag>(methods.All.Select(m => m.Descriptor.Service).DistinctBy(s => s.FullName).Select(s => new OpenApiTag { Name = s.FullName, Description = comments.Of(s) })),
        };
        document.Components.Responses[Problem] = new OpenApiResponse { Description = "Refused, or failed.", Content = Content(Unary, new OpenApiSchemaReference(ErrorSchema, document)) };
        document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Bearer, document)] = [] }];
        ApiSchemas schemas = new(comments, document);
        foreach (var method in methods.All)
            document.Paths.Add(method.Path, new OpenApiPathItem { Operations = new Dictionary<HttpMethod, OpenApiOperation> { [HttpMethod.Post] = Operation(method, comments, schemas, document) } });

        using MemoryStream output = new();
        await document.SerializeAsJsonAsync(output, OpenApiSpecVersion.OpenApi3_1);
        return output.ToArray();
    }

    static OpenApiOperation Operation(FrontMethod method, ApiComments comments, ApiSchemas schemas, OpenApiDocument document)
    {
        var (service, said) = (method.Descriptor.Service, comments.Of(method.Descriptor));
        var media = method.Streams ? Stream : Unary;
        var note = method.Streams ? " A stream: each message stands behind five bytes, flags and length; the last one, flag 2, is its end or its error." : "";
        return new OpenApiOperation
        {
            OperationId = $"{service.FullName}.{method.Descriptor.Name}",
            Tags = new HashSet<OpenApiTagReference> { new(service.FullName, document) },
            Summary = said.IndexOf(". ", StringComparison.Ordinal) is > 0 and var end ? said[..(end + 1)] : said,
            Description = $"{said}{note} {WhoMay(method)}".Trim(),
            RequestBody = new OpenApiRequestBody { Required = true, Content = Content(media, schemas.Of(method.Descriptor.InputType)) },
            Responses = new OpenApiResponses
            {
                ["200"] = new OpenApiResponse { Description = Described(comments.Of(method.Descriptor.OutputType)), Content = Content(media, schemas.Of(method.Descriptor.OutputType)) },
                ["default"] = new OpenApiResponseReference(Problem, document),
            },
            Extensions = new Dictionary<string, IOpenApiExtension>(StringComparer.Ordinal) { ["x-doseline-policy"] = new JsonNodeExtension(JsonNode.Parse(JsonFormatter.Default.Format(method.Policy))!) },
        };
    }

    static string Described(string comment) => comment.Length == 0 ? "Done." : comment;

    static Dictionary<string, OpenApiMediaType> Content(string media, IOpenApiSchema schema) => new(StringComparer.Ordinal) { [media] = new OpenApiMediaType { Schema = schema } };

    static OpenApiSchema ErrorOf() => new()
    {
        Type = JsonSchemaType.Object,
        Description = "An error of the Connect protocol.",
        Required = new HashSet<string>(StringComparer.Ordinal) { "code" },
        Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
        {
            ["code"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "Code of gRPC in lower case, for example invalid_argument." },
            ["message"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "A sentence for people." },
            ["details"] = new OpenApiSchema
            {
                Type = JsonSchemaType.Array,
                Items = new OpenApiSchema
                {
                    Type = JsonSchemaType.Object,
                    Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
                    {
                        ["type"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "Message type, for example google.rpc.BadRequest." },
                        ["value"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "The message as protobuf, in unpadded base 64." },
                        ["debug"] = new OpenApiSchema { Type = JsonSchemaType.Object, Description = "The message as JSON." },
                    },
                },
            },
        },
    };
}
