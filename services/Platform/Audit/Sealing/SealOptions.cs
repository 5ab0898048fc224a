using Microsoft.Extensions.Configuration;

namespace Doseline.Platform.Audit.Sealing;

/// <summary>Settings of sealing, section <c>Audit</c>.</summary>
public sealed class SealOptions(IConfiguration config)
{
    /// <summary>How often new rows are sealed (<c>SealEvery</c>, default 1 minute), by the platform's clock: how long a row can be rewritten unseen.</summary>
    public TimeSpan SealEvery { get; } = config.GetValue("Audit:SealEvery", TimeSpan.FromMinutes(1));

    /// <summary>How often a head is signed although nothing is new (<c>HeadEvery</c>, default 1 day), so that an old head shows its age.</summary>
    public TimeSpan HeadEvery { get; } = config.GetValue("Audit:HeadEvery", TimeSpan.FromDays(1));

    /// <summary>How often the whole trail is looked through for rows that were committed very late (<c>LookThroughEvery</c>, default 1 hour).</summary>
    public TimeSpan LookThroughEvery { get; } = config.GetValue("Audit:LookThroughEvery", TimeSpan.FromHours(1));

    /// <summary>Within which time every sealed row is hashed again and compared with what was signed (<c>RehashWithin</c>, default 6 hours), by the platform's clock: how long a row altered in the database stays unnoticed.</summary>
    public TimeSpan RehashWithin { get; } = config.GetValue("Audit:RehashWithin", TimeSpan.FromHours(6));

    /// <summary>How far behind the newest sealed row every round looks for rows that were committed late, in rows (<c>LookBack</c>, default 10 000).</summary>
    public long LookBack { get; } = config.GetValue("Audit:LookBack", 10_000L);

    /// <summary>Folder outside the database where the latest head of each service is also kept (<c>Witness</c>); null keeps it in memory only.</summary>
    public string? Witness { get; } = config["Audit:Witness"];
}
