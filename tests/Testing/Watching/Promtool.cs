using System.Diagnostics;

namespace Doseline.Testing.Watching;

/// <summary>What Prometheus' own tool says of a scrape.</summary>
public static class Promtool
{
    // Names that the runtime, the web server and the database's driver gave are not ours to mend.
    static readonly string[] Foreign = ["dotnet_", "db_", "aspnetcore_", "kestrel_", "http_"];

    /// <summary>What it finds wrong with a scrape; null where the tool is not installed.</summary>
    public static async Task<IReadOnlyList<string>?> FaultsAsync(string scrape)
    {
        if (!File.Exists("/usr/bin/promtool")) return null;
        using var tool = Process.Start(new ProcessStartInfo("/usr/bin/promtool", ["check", "metrics"]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardError = true })!;
        await tool.StandardInput.WriteAsync(scrape);
        tool.StandardInput.Close();
        var said = await tool.StandardError.ReadToEndAsync();
        await tool.WaitForExitAsync();
        return [.. said.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !Array.Exists(Foreign, f => line.StartsWith(f, StringComparison.Ordinal)))];
    }
}
