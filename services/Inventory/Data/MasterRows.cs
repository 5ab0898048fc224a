using System.Text.Json;
using System.Text.Json.Serialization;
using Doseline.Inventory.Domain;
using Doseline.Platform.Data;

namespace Doseline.Inventory.Data;

/// <summary>How nested values are written into TEXT columns that are never queried.</summary>
static class Json
{
    static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    public static string Write<T>(T value) => JsonSerializer.Serialize(value, Options);

    public static T Read<T>(string text) => JsonSerializer.Deserialize<T>(text, Options)!;
}

/// <summary>A site.</summary>
sealed class SiteRow : IGxpRow
{
    public required string Id { get; init; }
    public required string Name { get; set; }
    public required string Zone { get; set; }
    public required double NearLimitFraction { get; set; }
    /// <summary>Nuclide data in force; empty for the platform's default.</summary>
    public string NuclideDataVersion { get; set; } = "";
    public long Version { get; set; }
    public DateTimeOffset ChangedTime { get; set; }
    public string AuditHash { get; set; } = "";
}

/// <summary>A room.</summary>
sealed class RoomRow : IGxpRow
{
    public required string Id { get; init; }
    public required string SiteId { get; init; }
    public required string Name { get; set; }
    public required RoomKind Kind { get; set; }
    public required string Nuclides { get; set; }
    public required string Uses { get; set; }
    public required string Forms { get; set; }
    public required string StatusClasses { get; set; }
    public required bool SingleNuclide { get; set; }
    public required bool Active { get; set; }
    public long Version { get; set; }
    public DateTimeOffset ChangedTime { get; set; }
    public string AuditHash { get; set; } = "";

    public static RoomRow From(Room room)
    {
        RoomRow row = new()
        {
            Id = room.Id, SiteId = room.SiteId, Name = "", Kind = room.Kind, Nuclides = "", Uses = "", Forms = "", StatusClasses = "", SingleNuclide = false, Active = true,
        };
        row.Take(room);
        return row;
    }

    public void Take(Room room)
    {
        (Name, Kind, SingleNuclide, Active) = (room.Name, room.Kind, room.SingleNuclide, room.Active);
        (Nuclides, Uses, Forms, StatusClasses) = (Json.Write(room.Nuclides), Json.Write(room.Uses), Json.Write(room.Forms), Json.Write(room.StatusClasses));
    }

    public Room ToDomain() => new()
    {
        Id = Id,
        SiteId = SiteId,
        Name = Name,
        Kind = Kind,
        Nuclides = Json.Read<RoomNuclide[]>(Nuclides),
        Uses = Json.Read<string[]>(Uses),
        Forms = Json.Read<string[]>(Forms),
        StatusClasses = Json.Read<StatusClass[]>(StatusClasses),
        SingleNuclide = SingleNuclide,
        Active = Active,
    };
}

/// <summary>An amendment of a licence.</summary>
sealed class LicenceRow : IGxpRow
{
    public required string Id { get; init; }
    public required string Number { get; init; }
    public required long Amendment { get; init; }
    public required string SiteId { get; init; }
    public required string Jurisdiction { get; init; }
    public required DateTimeOffset EffectiveTime { get; init; }
    public required DateTimeOffset ExpireTime { get; init; }
    public required string Lines { get; init; }
    public long Version { get; set; }
    public DateTimeOffset ChangedTime { get; set; }
    public string AuditHash { get; set; } = "";

    public Licence ToDomain() => new()
    {
        Number = Number,
        Amendment = (int)Amendment,
        Jurisdiction = Jurisdiction,
        Effective = EffectiveTime,
        Expire = ExpireTime,
        Lines = Json.Read<LicenceLine[]>(Lines),
    };
}

/// <summary>Another licensee on file.</summary>
sealed class TransfereeRow : IGxpRow
{
    public required string Id { get; init; }
    public required string Name { get; set; }
    public required string LicenceNumber { get; set; }
    public required string IssuingAgency { get; set; }
    public required DateTimeOffset ExpireTime { get; set; }
    public required Verification Method { get; set; }
    public required string Nuclides { get; set; }
    public required string Forms { get; set; }
    public required double LimitBq { get; set; }
    public required string Places { get; set; }
    public required string EvidenceId { get; set; }
    public long Version { get; set; }
    public DateTimeOffset ChangedTime { get; set; }
    public string AuditHash { get; set; } = "";

    /// <summary>One that is to be filled in.</summary>
    public static TransfereeRow Make(string id) => new()
    {
        Id = id, Name = "", LicenceNumber = "", IssuingAgency = "", ExpireTime = default, Method = default, Nuclides = "", Forms = "", LimitBq = 0, Places = "", EvidenceId = "",
    };

    public Transferee ToDomain() =>
        new(Name, LicenceNumber, IssuingAgency, ExpireTime, Method, Json.Read<string[]>(Nuclides), Json.Read<string[]>(Forms), LimitBq, Json.Read<string[]>(Places));
}

/// <summary>A material.</summary>
sealed class MaterialRow : IGxpRow
{
    public required string Id { get; init; }
    public required string Name { get; set; }
    public required bool Radioactive { get; init; }
    public required string Nuclide { get; init; }
    public required string Unit { get; init; }
    public required bool Gxp { get; set; }
    public long? ShelfLifeTicks { get; set; }
    public long Version { get; set; }
    public DateTimeOffset ChangedTime { get; set; }
    public string AuditHash { get; set; } = "";
}

/// <summary>A supplier.</summary>
sealed class SupplierRow : IGxpRow
{
    public required string Id { get; init; }
    public required string Name { get; set; }
    public required string LicenceNumber { get; set; }
    public DateTimeOffset? LicenceExpireTime { get; set; }
    public required string MaterialCodes { get; set; }
    public long Version { get; set; }
    public DateTimeOffset ChangedTime { get; set; }
    public string AuditHash { get; set; } = "";
}
