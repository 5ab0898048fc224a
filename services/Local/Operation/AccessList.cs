using System.Text;
using Doseline.Platform.Hosting;

namespace Doseline.Local.Operation;

/// <summary>Which gRPC services each service calls at each other, as the chart reads it: sidecars let in these and nothing else.</summary>
public static class AccessList
{
    const string Head = """
        # Which gRPC services each service calls at each other. Drawn from the code, and compared with it by a test:
        #   dotnet run --project services/Local -- describe --access > charts/doseline/access.yaml
        # Sidecars let in these, and who listens to a service may read its log.

        """;

    /// <summary>Draws the list.</summary>
    public static string Draw(IEnumerable<ServiceDescription> services)
    {
        StringBuilder yaml = new(Head.ReplaceLineEndings("\n"));
        foreach (var service in services.OrderBy(s => s.Name, StringComparer.Ordinal))
        {
            yaml.Append(service.Name).Append(service.Calls.Count == 0 ? ": {}\n" : ":\n");
            foreach (var (callee, called) in service.Calls)
            {
                yaml.Append("  ").Append(callee).Append(":\n");
                foreach (var name in called) yaml.Append("    - ").Append(name).Append('\n');
            }
        }

        return yaml.ToString();
    }
}
