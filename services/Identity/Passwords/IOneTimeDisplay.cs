namespace Doseline.Identity.Passwords;

/// <summary>A password that was made for somebody and is shown once.</summary>
/// <param name="Login">Sign-in name.</param>
/// <param name="Password">The password.</param>
public sealed record OneTimePassword(string Login, string Password)
{
    /// <summary>Who it is for, in words.</summary>
    public string Who { get; init; } = "The first administrator";
}

/// <summary>Shows a one-time password to whoever started the platform, and to nobody else.</summary>
public interface IOneTimeDisplay
{
    /// <summary>Shows it.</summary>
    Task ShowAsync(OneTimePassword password, CancellationToken cancel);
}

/// <summary>Shows it on the console, not through the log, which others collect; or writes it to a new file that only its owner can read.</summary>
sealed class ConsoleDisplay(IdentityOptions options) : IOneTimeDisplay
{
    public async Task ShowAsync(OneTimePassword password, CancellationToken cancel)
    {
        if (options.FirstAdministratorFile is not { } file)
        {
            await Console.Error.WriteLineAsync($"""

                {password.Who} signs in as   {password.Login}
                with this password, shown only now:   {password.Password}
                It is good for one thing: choosing a password of one's own.

                """);
            return;
        }

        FileStreamOptions writing = new() { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) writing.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        // An older file keeps its own rights: it goes first.
        File.Delete(file);
        await using StreamWriter writer = new(file, writing);
        await writer.WriteLineAsync($"{password.Login} {password.Password}".AsMemory(), cancel);
    }
}
