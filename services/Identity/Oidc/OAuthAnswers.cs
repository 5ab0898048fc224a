using System.Text.Json.Nodes;

namespace Doseline.Identity.Oidc;

/// <summary>Answers of the endpoints that machines call: JSON as RFC 6749 5.2 has it, never kept by anybody on the way.</summary>
static class OAuthAnswers
{
    static readonly string[] Secrets = ["access_token", "refresh_token", "id_token", "id_token_hint", "token", "client_secret", "client_assertion", "password", "code_verifier"];

    /// <summary>An error.</summary>
    public static IResult Error(HttpContext context, string error, string description)
    {
        NeverKept(context);
        var status = StatusCodes.Status400BadRequest;
        if (error is "invalid_client")
        {
            status = StatusCodes.Status401Unauthorized;
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"doseline\", charset=\"UTF-8\"";
        }

        return Results.Json(new JsonObject { ["error"] = error, ["error_description"] = description }, statusCode: status);
    }

    /// <summary>Forbids caches to keep the answer.</summary>
    public static void NeverKept(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.Pragma = "no-cache";
    }

    /// <summary>The name of a secret that was sent in the address, where logs and histories keep it; null when there is none.</summary>
    public static string? SecretInAddress(HttpContext context, ILogger log)
    {
        if (Secrets.FirstOrDefault(name => context.Request.Query.ContainsKey(name)) is not { } name) return null;
        log.LogWarning(SecurityEvents.RequestRefused, "{Path} was called with {Name} in the address", context.Request.Path.Value, name);
        return name;
    }
}
