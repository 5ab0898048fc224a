using Doseline.Platform.Auth;

namespace Doseline.Gateway.Front;

/// <summary>Who stands at the door with one request.</summary>
/// <param name="Caller">Who the token says it is; <see cref="Caller.Nobody"/> without a valid one.</param>
/// <param name="Bearer">The token the call goes on with; null without one.</param>
/// <param name="Session">Whether it came by cookie, and what may be wrong with that session.</param>
public sealed record Visitor(Caller Caller, string? Bearer, SessionState Session)
{
    static readonly object Key = new();

    /// <summary>Nobody.</summary>
    public static Visitor Nobody { get; } = new(Caller.Nobody, null, SessionState.None);

    /// <summary>The visitor of a request, as <see cref="Visitors"/> found.</summary>
    public static Visitor Of(HttpContext context) => context.Items[Key] as Visitor ?? Nobody;

    /// <summary>Remembers the visitor of a request.</summary>
    internal static void Set(HttpContext context, Visitor visitor) => context.Items[Key] = visitor;
}

/// <summary>What a request's session cookie is worth.</summary>
public enum SessionState
{
    /// <summary>There is none: the request brings a token of its own, or nothing.</summary>
    None,

    /// <summary>It speaks for the person.</summary>
    Open,

    /// <summary>It was left alone for too long; the person must sign in again.</summary>
    Locked,

    /// <summary>It is over, or nobody here gave it.</summary>
    Ended,

    /// <summary>It may be good, but the sign-in provider does not answer.</summary>
    Waiting,

    /// <summary>It would do, but the request does not show that the console's own page sent it.</summary>
    Unproven,
}
