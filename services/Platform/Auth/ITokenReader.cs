namespace Doseline.Platform.Auth;

/// <summary>Turns a bearer token into a <see cref="Caller"/>.</summary>
public interface ITokenReader
{
    /// <summary>The caller, or null when the token is not valid now.</summary>
    ValueTask<Caller?> ReadAsync(string token);

    /// <summary>True when the session of somebody whose token was read has been ended since, as far as is known in this process.</summary>
    bool HasEnded(Caller caller) => false;
}

/// <summary>Gives a service the token it calls other services with.</summary>
public interface IServiceTokens
{
    /// <summary>A token of the service's own account.</summary>
    ValueTask<string> ForAsync(string service);
}
