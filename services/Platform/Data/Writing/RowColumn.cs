using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using NpgsqlTypes;

namespace Doseline.Platform.Data.Writing;

/// <summary>A column of a kind of row.</summary>
sealed class RowColumn
{
    readonly IClrPropertyGetter getter;
    readonly ValueConverter? converter;

    /// <summary>The column of a property of the model.</summary>
    public RowColumn(IProperty property)
    {
        Property = property;
        getter = property.GetGetter();
        converter = property.GetTypeMapping().Converter;
        Name = property.GetColumnName();
        Quoted = $"\"{Name}\"";
        var stored = converter?.ProviderClrType ?? property.ClrType;
        Type = System.Type.GetTypeCode(Nullable.GetUnderlyingType(stored) ?? stored) switch
        {
            TypeCode.String => NpgsqlDbType.Text,
            TypeCode.Int32 or TypeCode.Int64 => NpgsqlDbType.Bigint,
            TypeCode.Double => NpgsqlDbType.Double,
            TypeCode.Boolean => NpgsqlDbType.Boolean,
            _ when stored == typeof(byte[]) => NpgsqlDbType.Bytea,
            _ => throw new InvalidOperationException($"{Name} stores a {stored.Name}, which is not in the subset that both databases share."),
        };
        // What audit itself writes is not what was changed.
        IsAudits = property.Name is nameof(IGxpRow.Version) or nameof(IGxpRow.ChangedTime) or nameof(IGxpRow.AuditHash);
    }

    /// <summary>Its property in the model.</summary>
    public IProperty Property { get; }

    /// <summary>Its name in the database.</summary>
    public string Name { get; }

    /// <summary>Its name as a statement has it.</summary>
    public string Quoted { get; }

    /// <summary>Its type in PostgreSQL, so that a null has one too.</summary>
    public NpgsqlDbType Type { get; }

    /// <summary>True for the columns that audit itself writes.</summary>
    public bool IsAudits { get; }

    /// <summary>The row's value.</summary>
    public object? ValueOf(object row) => getter.GetClrValue(row);

    /// <summary>The row's value as it will be stored.</summary>
    public object? StoredOf(object row) => Stored(getter.GetClrValue(row));

    /// <summary>A value as stored, so that a check against the database compares like with like.</summary>
    public object? Stored(object? value)
    {
        if (value is not null && converter is not null) value = converter.ConvertToProvider(value);
        return value is int number ? (long)number : value;
    }
}
