namespace Doseline.Load;

/// <summary>What the command line asks for.</summary>
sealed record LoadOptions
{
    public required string Name { get; init; }
    public required Uri Address { get; init; }
    public Uri? Probe { get; init; }
    public string? Keys { get; init; }
    public required IReadOnlyDictionary<string, string> Tokens { get; init; }
    public required int Orders { get; init; }
    public required double Rate { get; init; }
    public required bool Poisson { get; init; }
    public required int Seed { get; init; }
    public required int WarmUp { get; init; }
    public required double RampFrom { get; init; }
    public required TimeSpan RampStep { get; init; }
    public required double RampP99Milliseconds { get; init; }
    public Uri? Web { get; init; }
    public required int SignIns { get; init; }
    public required double SignInRate { get; init; }
    public required int Flows { get; init; }
    public required double FlowRate { get; init; }
    public required string Sample { get; init; }
    public required int ServerPid { get; init; }
    public required int PostgresPid { get; init; }
}

/// <summary>The day cannot be played; the message says what to do.</summary>
sealed class LoadException(string message) : Exception(message);
