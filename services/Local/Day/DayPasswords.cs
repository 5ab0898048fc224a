using System.Text.Json;
using Doseline.Platform.Hosting;

namespace Doseline.Local.Day;

/// <summary>Passwords that the people of a day chose: made at random for this folder, kept there for whoever may read it, so that a day goes on and a person can sign in to what it left.</summary>
/// <param name="file">File, readable by its owner only.</param>
sealed class DayPasswords(string file)
{
    const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    static readonly JsonSerializerOptions Json = new() { WriteIndented = true };

    readonly Dictionary<string, string> passwords = File.Exists(file) ? JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(file))! : new(StringComparer.Ordinal);

    /// <summary>The password of a sign-in name; written down before it is first used.</summary>
    public string Of(string login)
    {
        if (passwords.TryGetValue(login, out var known)) return known;
        var made = passwords[login] = string.Join('-', Enumerable.Range(0, 4).Select(_ => Entropy.Text(Alphabet, 5)));
        // Written whole and then moved, so that it is never half.
        var draft = file + ".new";
        File.Delete(draft);
        FileStreamOptions writing = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) writing.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (StreamWriter writer = new(draft, writing)) writer.Write(JsonSerializer.Serialize(passwords, Json));
        File.Move(draft, file, overwrite: true);
        return made;
    }
}
