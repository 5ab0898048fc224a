namespace Doseline.Identity.Data;

// None of these is a GxP row: they are what is under way, and go when it is over. The record of a sign-in is the person's audit trail.

/// <summary>A sign-in that was finished, so that its page is not sent again. One that was only begun leaves no row.</summary>
public sealed class UsedSignInRow
{
    /// <summary>Id, sealed in the form.</summary>
    public required string Id { get; init; }

    /// <summary>The page would be over from then on anyway (UTC).</summary>
    public required DateTimeOffset ExpireTime { get; init; }
}

/// <summary>A continuous time in which a person is signed in with one browser.</summary>
public sealed class SessionRow
{
    /// <summary>Id, the claim <c>sid</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Hash of the session cookie.</summary>
    public required string CookieHash { get; init; }

    /// <summary>Who is signed in.</summary>
    public required string PersonId { get; init; }

    /// <summary>When they gave name and password (UTC).</summary>
    public required DateTimeOffset AuthTime { get; init; }

    /// <summary>When the browser was last here, or a token was last renewed (UTC).</summary>
    public DateTimeOffset SeenTime { get; set; }

    /// <summary>When it was ended (UTC); null while it goes on.</summary>
    public DateTimeOffset? EndedTime { get; set; }
}

/// <summary>All tokens that came of one sign-in of one client: one turn after the other, and together they end.</summary>
public sealed class TokenFamilyRow
{
    /// <summary>Id.</summary>
    public required string Id { get; init; }

    /// <summary>Session it belongs to, and ends with.</summary>
    public required string SessionId { get; init; }

    /// <summary>Turn that is next: 0 for the code, and one more for each refresh token.</summary>
    public long Turn { get; set; }

    /// <summary>Nothing is renewed from then on (UTC).</summary>
    public required DateTimeOffset ExpireTime { get; init; }
}

/// <summary>A statement that a client proved itself with, so that it is not taken twice.</summary>
public sealed class AssertionRow
{
    /// <summary>Client.</summary>
    public required string ClientId { get; init; }

    /// <summary>Its id of the statement.</summary>
    public required string Jti { get; init; }

    /// <summary>Not good anyway from then on (UTC).</summary>
    public required DateTimeOffset ExpireTime { get; init; }
}
