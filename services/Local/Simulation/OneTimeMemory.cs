using Doseline.Identity.Passwords;

namespace Doseline.Local.Simulation;

/// <summary>Keeps the first administrator's one-time password for whoever drives the simulation, in place of a console.</summary>
public sealed class OneTimeMemory : IOneTimeDisplay
{
    /// <summary>What was shown last; null when nothing was.</summary>
    public OneTimePassword? Shown { get; private set; }

    /// <inheritdoc/>
    public Task ShowAsync(OneTimePassword password, CancellationToken cancel)
    {
        Shown = password;
        return Task.CompletedTask;
    }
}
