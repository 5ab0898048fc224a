namespace Doseline.Kernel.Rules;

/// <summary>
/// Scopes of the API: what a client was given out of what its roles allow. <c>orders</c> covers every method of a service,
/// <c>orders.read</c> those that change nothing, <c>api</c> all. Other scopes, such as <c>openid</c>, say nothing about the API.
/// </summary>
public static class ApiScopes
{
    /// <summary>Every method of every service.</summary>
    public const string All = "api";

    const string Read = ".read";

    /// <summary>True when one of the scopes covers the method.</summary>
    /// <param name="scopes">Scopes of the token.</param>
    /// <param name="service">Service of the method, for example <c>orders</c>.</param>
    /// <param name="mutates">True when the method changes something.</param>
    public static bool Cover(IEnumerable<string> scopes, string service, bool mutates) =>
        scopes.Any(scope => scope == All || scope == service || (!mutates && scope == service + Read));

    /// <summary>True for a name that a client can be given: <c>api</c>, or lower-case letters with or without <c>.read</c>.</summary>
    public static bool IsValid(string scope)
    {
        var service = scope.EndsWith(Read, StringComparison.Ordinal) ? scope[..^Read.Length] : scope;
        return service.Length is > 0 and <= 40 && service.All(char.IsAsciiLetterLower);
    }
}
