using Doseline.Platform.Data;
using Doseline.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Authority.Tests.Support;

/// <summary>What was written, in every database of the platform.</summary>
static class Trails
{
    /// <summary>Rows of audit trail, answered calls and accepted signatures, by service.</summary>
    public static async Task<IReadOnlyList<string>> CountsAsync(TestPlatform platform)
    {
        await using var scope = platform.Host.Services.CreateAsyncScope();
        var databases = platform.Host.Services.GetRequiredService<DatabaseTable>();
        List<string> counts = [];
        foreach (var service in databases.Services.Order(StringComparer.Ordinal))
        {
            var db = databases.Of(service, scope.ServiceProvider);
            var requests = await db.Database.SqlQueryRaw<long>("SELECT COUNT(*) AS \"Value\" FROM requests").SingleAsync();
            var facts = await db.Database.SqlQueryRaw<long>("SELECT COUNT(*) AS \"Value\" FROM facts").SingleAsync();
            counts.Add($"{service}: {await db.AuditTrail.CountAsync()} audit rows, {requests} answers, {facts} facts, {await db.Signatures.CountAsync()} signatures");
        }

        return counts;
    }
}
