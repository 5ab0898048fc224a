using System.CommandLine;
using Doseline.Platform.Hosting;

namespace Doseline.Local.Cli;

/// <summary>Settings that follow a command: <c>--Key=value</c>, and nothing else, so that a word mistyped is said and not passed over.</summary>
static class SettingsOfCommands
{
    /// <summary>The settings as they stand.</summary>
    /// <exception cref="SettingException">A word is no setting.</exception>
    public static string[] Settings(this ParseResult parsed)
    {
        var stray = parsed.UnmatchedTokens.FirstOrDefault(t => !t.StartsWith("--", StringComparison.Ordinal) || t.IndexOf('=', StringComparison.Ordinal) < 3);
        if (stray is null) return [.. parsed.UnmatchedTokens];
        var nearest = NearestWord.To(stray, WordsOf(parsed.CommandResult.Command));
        throw new SettingException($"'{stray}' is neither a command nor a setting (--Key=value){(nearest is null ? "" : $"; '{nearest}' is the nearest that is")}. --help says what there is.");
    }

    // What may stand where the stray word stands: commands below this one, and its options.
    static IEnumerable<string> WordsOf(Command command) => [.. command.Subcommands.Select(c => c.Name), .. command.Options.SelectMany(o => o.Aliases.Prepend(o.Name))];

    /// <summary>Settings by key; the last of a key counts.</summary>
    public static Dictionary<string, string> AsDictionary(this string[] settings)
    {
        Dictionary<string, string> byKey = new(StringComparer.OrdinalIgnoreCase);
        foreach (var setting in settings.Select(s => s[2..].Split('=', 2))) byKey[setting[0]] = setting[1];
        return byKey;
    }

    /// <summary>Settings of a command that serves nothing, with the environment below them.</summary>
    public static IConfiguration Configuration(this ParseResult parsed) => new ConfigurationBuilder().AddEnvironmentVariables().AddCommandLine(parsed.Settings()).Build();
}
