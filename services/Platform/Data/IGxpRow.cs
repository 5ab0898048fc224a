namespace Doseline.Platform.Data;

/// <summary>
/// A row whose every change is audited. The database fills these three members on save; application code only reads them
/// (<see cref="Version"/> as the etag of the API).
/// </summary>
public interface IGxpRow
{
    /// <summary>Counts changes from 1; also the concurrency token, so that of two writers only one wins.</summary>
    long Version { get; set; }

    /// <summary>Instant of the last change (UTC); grows with every version even when the wall clock steps back.</summary>
    DateTimeOffset ChangedTime { get; set; }

    /// <summary>Hash of the last audit entry of this row: the head of its chain.</summary>
    string AuditHash { get; set; }
}
