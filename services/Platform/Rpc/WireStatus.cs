using Doseline.Inventory.V1;
using Doseline.Kernel.Rules;
using Doseline.Quality.V1;

namespace Doseline.Platform.Rpc;

/// <summary>The status model on the wire: dispositions of doses by number, statuses of lots by name, which are three of them.</summary>
public static class WireStatus
{
    /// <summary>As Quality says it.</summary>
    public static Disposition ToDisposition(this QualityStatus status) => (Disposition)(int)status;

    /// <summary>What Quality said; none for what this version does not know.</summary>
    public static QualityStatus ToStatus(this Disposition disposition) => Enum.IsDefined((QualityStatus)(int)disposition) ? (QualityStatus)(int)disposition : QualityStatus.None;

    /// <summary>As Inventory says it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No lot has such a status.</exception>
    public static LotStatus ToLotStatus(this QualityStatus status) => status switch
    {
        QualityStatus.None => LotStatus.Unspecified,
        QualityStatus.Quarantine => LotStatus.Quarantine,
        QualityStatus.Approved => LotStatus.Approved,
        QualityStatus.Rejected => LotStatus.Rejected,
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "A lot has no such status."),
    };

    /// <summary>What was said of a lot; none for what this version does not know.</summary>
    public static QualityStatus ToStatus(this LotStatus status) => status switch
    {
        LotStatus.Quarantine => QualityStatus.Quarantine,
        LotStatus.Approved => QualityStatus.Approved,
        LotStatus.Rejected => QualityStatus.Rejected,
        _ => QualityStatus.None,
    };
}
