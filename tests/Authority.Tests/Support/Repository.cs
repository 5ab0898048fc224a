namespace Doseline.Authority.Tests.Support;

/// <summary>The checkout that the tests were built from.</summary>
static class Repository
{
    /// <summary>Folder with Platform.sln.</summary>
    public static string Root { get; } = Find();

    static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Platform.sln"))) return folder.FullName;
        }

        throw new InvalidOperationException("Platform.sln is not above the test assembly.");
    }
}
