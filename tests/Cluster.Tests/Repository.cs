namespace Doseline.Cluster.Tests;

/// <summary>The checkout that the tests were built from.</summary>
static class Repository
{
    /// <summary>Folder with Platform.sln.</summary>
    public static string Root { get; } = Find();

    /// <summary>A file or folder by its path from the root.</summary>
    public static string At(params string[] path) => Path.Combine([Root, .. path]);

    /// <summary>The program of a project, as it was built with this test.</summary>
    /// <param name="project">Project, for example <c>Orders</c>.</param>
    public static string Program(string project) =>
        Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)))!, project,
            Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)), $"Doseline.{project}.dll");

    static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Platform.sln"))) return folder.FullName;
        }

        throw new InvalidOperationException("Platform.sln is not above the test assembly.");
    }
}
