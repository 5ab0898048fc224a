namespace Doseline.Tidy.Tests;

/// <summary>The checkout that the tests were built from, and its source files.</summary>
static class Repository
{
    /// <summary>Folder with Platform.sln.</summary>
    public static string Root { get; } = Find();

    /// <summary>Source files of the services, by path from the root with forward slashes.</summary>
    public static IEnumerable<(string Path, string Text)> Sources(string folder = "services", string pattern = "*.cs") =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories)
            .Select(file => (Path: Path.GetRelativePath(Root, file).Replace('\\', '/'), File: file))
            .Where(f => !f.Path.Contains("/obj/", StringComparison.Ordinal) && !f.Path.Contains("/bin/", StringComparison.Ordinal) && !f.Path.Contains("node_modules", StringComparison.Ordinal)
                && !f.Path.StartsWith("artifacts/", StringComparison.Ordinal) && !f.Path.StartsWith("TestResults/", StringComparison.Ordinal))
            .OrderBy(f => f.Path, StringComparer.Ordinal)
            .Select(f => (f.Path, File.ReadAllText(f.File)));

    static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Platform.sln"))) return folder.FullName;
        }

        throw new InvalidOperationException("Platform.sln is not above the test assembly.");
    }
}
