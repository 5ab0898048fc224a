namespace Doseline.EndToEnd.Tests;

/// <summary>A copy of a day's folder to spoil or to cut down.</summary>
sealed class FolderCopy : IDisposable
{
    public FolderCopy(string source)
    {
        Path = Directory.CreateTempSubdirectory("doseline-day-").FullName;
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var target = System.IO.Path.Combine(Path, System.IO.Path.GetRelativePath(source, file));
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    public string Path { get; }

    public void Replace(string file, string old, string with)
    {
        var path = System.IO.Path.Combine(Path, file);
        var text = File.ReadAllText(path);
        text.ShouldContain(old);
        File.WriteAllText(path, text.Replace(old, with, StringComparison.Ordinal));
    }

    /// <summary>Keeps the header of a table and the rows whose first column is named.</summary>
    public void Keep(string file, params string[] keys)
    {
        var path = System.IO.Path.Combine(Path, file);
        var lines = File.ReadAllLines(path);
        List<string> kept = [.. lines.Skip(1).Where(l => keys.Contains(l.Split(',')[0]))];
        kept.Count.ShouldBe(keys.Length);
        File.WriteAllLines(path, [lines[0], .. kept]);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
