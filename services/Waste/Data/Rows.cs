using System.Text.Json;
using Doseline.Kernel.Decay;
using Doseline.Platform.Actors;
using Doseline.Platform.Data;
using Doseline.Waste.Domain;

namespace Doseline.Waste.Data;

/// <summary>A waste item.</summary>
sealed class ItemRow : IGxpRow
{
    public required string Id { get; init; }
    public required string SiteId { get; init; }
    public required string RoomId { get; set; }
    public required string FromId { get; init; }
    public required string BatchId { get; init; }
    public required string Cause { get; init; }
    public required string Contents { get; init; }
    public required DateTimeOffset AriseTime { get; init; }

    /// <summary>Empty while it is in no container.</summary>
    public required string ContainerId { get; set; }
    public required bool Disposed { get; set; }
    public long Version { get; set; }
    public DateTimeOffset ChangedTime { get; set; }
    public string AuditHash { get; set; } = "";

    public Contents ToContents() => Stored.Read(Contents);
}

/// <summary>A container.</summary>
sealed record ContainerRow : IActorRow
{
    public required string Id { get; init; }
    public required string Label { get; init; }
    public required string SiteId { get; init; }
    public required string RoomId { get; set; }
    public required string Policy { get; init; }
    public required ContainerState State { get; set; }

    /// <summary>Items in it; also makes two simultaneous changes of the contents collide on the version.</summary>
    public required long ItemCount { get; set; }
    public DateTimeOffset? CloseTime { get; set; }
    public DateTimeOffset? EligibleTime { get; set; }
    public required string ClockNuclide { get; set; }
    public string? Survey { get; set; }
    public DateTimeOffset? DisposeTime { get; set; }

    /// <summary>Licensee on file that received it; empty unless it left by transfer. Rows of before have a name here.</summary>
    public required string Transferee { get; set; }

    /// <summary>How it left by transfer; null for everything else.</summary>
    public string? Transfer { get; set; }
    public long Version { get; set; }
    public DateTimeOffset ChangedTime { get; set; }
    public string AuditHash { get; set; } = "";

    /// <summary>When its decay clock has run down; null when it does not run.</summary>
    public DateTimeOffset? Deadline => State is ContainerState.Closed ? EligibleTime : null;

    public ContainerPolicy ToPolicy() => JsonSerializer.Deserialize<ContainerPolicy>(Policy, JsonSerializerOptions.Web)!;
}

/// <summary>A sample, as its fact told; read-only copy.</summary>
sealed class SampleRow
{
    public required string Id { get; init; }
    public required string BatchId { get; init; }
    public required string SiteId { get; init; }
    public required string RoomId { get; init; }
    public required string Contents { get; init; }
}

/// <summary>Whether a lot or batch is of carrier-added material; read-only copy.</summary>
sealed class RouteRow
{
    public required string SourceId { get; init; }
    public required bool CarrierAdded { get; set; }
}

/// <summary>A survey as stored.</summary>
sealed record SurveyData(string Instrument, double BackgroundCpm, double SurfaceCpm, string Surveyor, DateTimeOffset Time, bool Passed, string InstrumentId = "", DateTimeOffset? CalibrationDue = null);

/// <summary>A transfer as stored: the licensee as it was then.</summary>
sealed record TransferData(string TransfereeId, string Name, string LicenceNumber, string EvidenceId, string DeliveryPlace, string ManifestNumber, string TransactionId);

/// <summary>An activity as stored.</summary>
sealed record StoredActivity(string Nuclide, double Bq, DateTimeOffset Reference, string DataVersion);

/// <summary>Between stored text and contents.</summary>
static class Stored
{
    public static string Write(IEnumerable<CalibratedActivity> lines) => JsonSerializer.Serialize(
        lines.Select(line => new StoredActivity(line.Nuclide.Symbol, line.Amount.Bq, line.Reference, line.DataVersion)), JsonSerializerOptions.Web);

    public static Contents Read(string text) => new(
    [
        .. JsonSerializer.Deserialize<StoredActivity[]>(text, JsonSerializerOptions.Web)!.Select(line => CalibratedActivity.Create(
            line.Nuclide, line.Bq, line.Reference,
            NuclideData.ForVersion(line.DataVersion) ?? throw new InvalidOperationException($"Nuclide data {line.DataVersion} is not known to this program."), "contents").OrThrow()),
    ]);
}
