using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Doseline.Platform.Hosting;

/// <summary>What a probe is told, for people who look: each check with its verdict, and what the clock is measured against.</summary>
static class HealthPage
{
    /// <summary>Options of a probe that says why.</summary>
    public static HealthCheckOptions Options => new() { ResponseWriter = WriteAsync };

    static Task WriteAsync(HttpContext context, HealthReport report)
    {
        // Without faults: they may name hosts and files, and are in the log.
        var checks = report.Entries.ToDictionary(e => e.Key, e => new { status = e.Value.Status.ToString(), description = e.Value.Description, data = e.Value.Data }, StringComparer.Ordinal);
        return context.Response.WriteAsJsonAsync(new { status = report.Status.ToString(), checks }, JsonSerializerOptions.Web, context.RequestAborted);
    }
}
