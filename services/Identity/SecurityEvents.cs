
namespace Doseline.Identity;

/// <summary>Ids of log lines that somebody who watches for attacks looks at. None of them carries a password, a code or a token.</summary>
public static class SecurityEvents
{
    /// <summary>A sign-in or password check was refused.</summary>
    public static EventId SignInRefused { get; } = new(4101, nameof(SignInRefused));

    /// <summary>A client could not prove who it is.</summary>
    public static EventId ClientRefused { get; } = new(4102, nameof(ClientRefused));

    /// <summary>A code, refresh token or assertion was used a second time.</summary>
    public static EventId Replayed { get; } = new(4103, nameof(Replayed));

    /// <summary>Somebody was let in past everybody's rights.</summary>
    public static EventId BreakGlass { get; } = new(4105, nameof(BreakGlass));

    /// <summary>A request to the sign-in pages was not one that a client of ours makes.</summary>
    public static EventId RequestRefused { get; } = new(4104, nameof(RequestRefused));
}
