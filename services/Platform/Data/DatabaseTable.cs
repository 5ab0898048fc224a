using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Platform.Data;

/// <summary>A service and its database type.</summary>
/// <param name="Service">Service name.</param>
/// <param name="Type">Its <see cref="ServiceDb"/>.</param>
public sealed record ServiceDatabase(string Service, Type Type);

/// <summary>Finds the database of a service hosted here.</summary>
public sealed class DatabaseTable(IEnumerable<ServiceDatabase> databases)
{
    readonly Dictionary<string, ServiceDatabase> table = databases.ToDictionary(d => d.Service, StringComparer.Ordinal);

    /// <summary>The databases hosted here.</summary>
    public IReadOnlyCollection<ServiceDatabase> All => table.Values;

    /// <summary>Services hosted here that have a database.</summary>
    public IEnumerable<string> Services => table.Keys;

    /// <summary>True when the service is hosted here and has a database.</summary>
    public bool Hosts(string service) => table.ContainsKey(service);

    /// <summary>The database of the service, from the scope.</summary>
    public ServiceDb Of(string service, IServiceProvider scope) => (ServiceDb)scope.GetRequiredService(table[service].Type);
}
