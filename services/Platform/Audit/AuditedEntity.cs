using System.Globalization;
using System.Runtime.CompilerServices;
using Doseline.Platform.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Doseline.Platform.Audit;

/// <summary>What an audit row needs to know of a kind of GxP row. Every save asks, so it is read from the model once.</summary>
sealed class AuditedEntity
{
    static readonly ConditionalWeakTable<IEntityType, AuditedEntity> entities = [];

    readonly List<IClrPropertyGetter> keys;

    AuditedEntity(IEntityType type)
    {
        Table = type.GetTableName()!;
        keys = [.. type.FindPrimaryKey()!.Properties.Select(p => p.GetGetter())];
        Columns = [.. type.GetProperties().Where(p => p.Name is not (nameof(IGxpRow.Version) or nameof(IGxpRow.ChangedTime) or nameof(IGxpRow.AuditHash))).Select(p => new AuditedColumn(p))];
    }

    /// <summary>Its table.</summary>
    public string Table { get; }

    /// <summary>Its columns, without those that audit itself writes.</summary>
    public IReadOnlyList<AuditedColumn> Columns { get; }

    /// <summary>What is known of an entity type of a model.</summary>
    public static AuditedEntity Of(IEntityType type) => entities.GetValue(type, t => new AuditedEntity(t));

    /// <summary>A row's id in the trail: the parts of its primary key, joined by a slash.</summary>
    public string KeyOf(IGxpRow row) => string.Join('/', keys.Select(key => Convert.ToString(key.GetClrValue(row), CultureInfo.InvariantCulture)));
}

/// <summary>A column of a GxP row.</summary>
sealed class AuditedColumn(IProperty property)
{
    readonly IClrPropertyGetter getter = property.GetGetter();
    readonly ValueConverter? converter = property.GetTypeMapping().Converter;

    /// <summary>Its name in the database.</summary>
    public string Name { get; } = property.GetColumnName();

    /// <summary>Its property in the model.</summary>
    public IProperty Property => property;

    /// <summary>The row's value as it will be stored.</summary>
    public object? StoredOf(IGxpRow row) => Stored(getter.GetClrValue(row));

    /// <summary>A value as stored, so that a check against the database compares like with like.</summary>
    public object? Stored(object? value) => value is null || converter is null ? value : converter.ConvertToProvider(value);
}
