namespace Doseline.Testing.Watching;

/// <summary>Names the alerts whose fault the test causes in a running host, and which it sees fire on what that host was scraped for.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FiresAttribute(params string[] alerts) : Attribute
{
    /// <summary>Names of alerts.</summary>
    public IReadOnlyList<string> Alerts => alerts;
}
