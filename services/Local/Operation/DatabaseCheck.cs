using Doseline.Platform.Audit;
using Doseline.Platform.Data;
using Doseline.Platform.Hosting;
using Doseline.Platform.Messaging;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Local.Operation;

/// <summary>How a service's database stands.</summary>
/// <param name="Service">The service.</param>
/// <param name="Messages">Facts published, waiting or parked, orphaned.</param>
/// <param name="AuditRows">Rows of the audit trail.</param>
/// <param name="Findings">What does not hold in its chains; empty when all do.</param>
public sealed record DatabaseStanding(string Service, MessageCounts Messages, long AuditRows, IReadOnlyList<string> Findings);

/// <summary>Looks through the databases of an installation without serving it.</summary>
public static class DatabaseCheck
{
    /// <summary>Looks through every database that the settings name, or all of them where they name none.</summary>
    /// <param name="settings">Settings as on the command line, for example <c>--ConnectionStrings:orders=…</c>.</param>
    /// <param name="cancel">Cancels.</param>
    public static async Task<IReadOnlyList<DatabaseStanding>> RunAsync(string[] settings, CancellationToken cancel)
    {
        var config = new ConfigurationBuilder().AddEnvironmentVariables().AddCommandLine(settings).Build();
        var folder = config["Data:Directory"] ?? DatabaseOptions.DirectoryDefault;
        var named = config.GetSection("ConnectionStrings").GetChildren().Select(c => c.Key).ToHashSet(StringComparer.OrdinalIgnoreCase);
        // To open a database of SQLite is to make it: who looks for what was restored is told what is not there.
        List<string> missing = named.Count > 0 ? [] : [.. Modules.All().Select(ServiceDescription.Of).Where(s => s.Database && !File.Exists(Path.Combine(folder, $"{s.Name}.db"))).Select(s => s.Name)];
        if (missing is not []) throw new SettingException($"There is no database of {string.Join(", ", missing)} in {folder}; name the folder with --Data:Directory=….");
        await using var host = PlatformHost.Build(settings, Modules.All());
        return await OfAsync(host.Services, service => named.Count == 0 || named.Contains(service), cancel);
    }

    /// <summary>Looks through the databases of a host.</summary>
    public static async Task<IReadOnlyList<DatabaseStanding>> OfAsync(IServiceProvider services, Func<string, bool> wanted, CancellationToken cancel)
    {
        await using var scope = services.CreateAsyncScope();
        var table = services.GetRequiredService<DatabaseTable>();
        List<DatabaseStanding> standings = [];
        foreach (var service in table.Services.Where(wanted).Order(StringComparer.Ordinal))
        {
            var db = table.Of(service, scope.ServiceProvider);
            List<string> findings = [];
            await foreach (var finding in AuditVerifier.VerifyAsync(db, cancel)) findings.Add(finding.ToString()!);
            standings.Add(new DatabaseStanding(service, await MessageCounts.OfAsync(db, cancel), await db.AuditTrail.LongCountAsync(cancel), findings));
        }

        return standings;
    }
}
