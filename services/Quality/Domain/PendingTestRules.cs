namespace Doseline.Quality.Domain;

/// <summary>States of a test that was pending when doses were released.</summary>
public enum PendingState
{
    /// <summary>It waits for its result.</summary>
    Pending,

    /// <summary>It passed.</summary>
    Passed,

    /// <summary>It is out of specification.</summary>
    Failed,

    /// <summary>Its deadline passed without a result.</summary>
    Overdue,
}

/// <summary>The clock of a pending test.</summary>
public static class PendingTestRules
{
    /// <summary>What a result makes of it: the last result counts.</summary>
    public static PendingState After(Finding finding) => finding is Finding.Pass ? PendingState.Passed : PendingState.Failed;

    /// <summary>When it falls due by itself; null when it has a result, or fell due before.</summary>
    public static DateTimeOffset? Deadline(PendingState state, DateTimeOffset due) => state is PendingState.Pending ? due : null;
}
