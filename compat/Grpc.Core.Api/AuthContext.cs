using System.Text;

namespace Grpc.Core;

/// <summary>One thing known of an authenticated peer, such as a name in its certificate.</summary>
public class AuthProperty
{
    private readonly byte[] _value;

    private AuthProperty(string name, byte[] value) => (Name, _value) = (name, value);

    /// <summary>Makes a property.</summary>
    /// <param name="name">Its name, such as "x509_common_name".</param>
    /// <param name="valueBytes">Its value, which is copied.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static AuthProperty Create(string name, byte[] valueBytes)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(valueBytes);
        return new AuthProperty(name, (byte[])valueBytes.Clone());
    }

    /// <summary>Its name, such as "x509_common_name".</summary>
    public string Name { get; }

    /// <summary>Its value read as UTF-8.</summary>
    public string Value => Encoding.UTF8.GetString(_value);

    /// <summary>A copy of its value.</summary>
    public byte[] ValueBytes => (byte[])_value.Clone();
}

/// <summary>What is known about the authenticated peer of a server call.</summary>
/// <param name="peerIdentityPropertyName">
/// The property that names the peer; null when it is not authenticated.
/// </param>
/// <param name="properties">All properties, by name.</param>
public class AuthContext(string? peerIdentityPropertyName, Dictionary<string, List<AuthProperty>> properties)
{
    /// <summary>Whether the peer showed a valid certificate.</summary>
    public bool IsPeerAuthenticated => PeerIdentityPropertyName is not null;

    /// <summary>The property that names the peer; null when it is not authenticated.</summary>
    public string? PeerIdentityPropertyName { get; } = peerIdentityPropertyName;

    /// <summary>The names of the peer; none when it is not authenticated.</summary>
    public IEnumerable<AuthProperty> PeerIdentity =>
        PeerIdentityPropertyName is null ? [] : FindPropertiesByName(PeerIdentityPropertyName);

    /// <summary>All properties.</summary>
    public IEnumerable<AuthProperty> Properties => properties.Values.SelectMany(list => list);

    /// <summary>The properties of one name; none when there are none.</summary>
    /// <param name="propertyName">The name, exactly.</param>
    public IEnumerable<AuthProperty> FindPropertiesByName(string propertyName) =>
        properties.TryGetValue(propertyName, out var list) ? list : [];
}
