using System.Linq.Expressions;
using System.Reflection;
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
    readonly Action<object, object?> set;
    readonly bool isInt;

    /// <summary>The column of a property of the model.</summary>
    public RowColumn(IProperty property)
    {
        Property = property;
        getter = property.GetGetter();
        converter = property.GetTypeMapping().Converter;
        isInt = (Nullable.GetUnderlyingType(property.ClrType) ?? property.ClrType) == typeof(int);
        // As the model itself sets it: where there is a field behind the property, the field, which a row that was read alone may have set.
        set = property.GetMemberInfo(forMaterialization: true, forSet: true) switch
        {
            FieldInfo field => field.SetValue,
            PropertyInfo member => member.SetValue,
            var other => throw new InvalidOperationException($"{property.Name} cannot be set: {other}."),
        };
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

    /// <summary>Sets the row's value from the one that is stored.</summary>
    public void Set(object row, object? stored)
    {
        if (stored is not null && converter is not null) stored = converter.ConvertFromProvider(stored);
        else if (isInt && stored is long number) stored = (int)number;
        set(row, stored);
    }

    /// <summary>Sets the row's value from one that is stored, as part of code that is made for a whole row; null where that needs <see cref="Set"/>.</summary>
    /// <param name="row">The row, of its own type.</param>
    /// <param name="stored">The stored value, an object or null.</param>
    public Expression? SetIn(Expression row, Expression stored)
    {
        // A setter that the compiler made does what setting its field does; any other may do more.
        if (Property.FieldInfo is not { } field || !field.Name.EndsWith(">k__BackingField", StringComparison.Ordinal) || Property.PropertyInfo is not { CanWrite: true } property) return null;
        var to = property.PropertyType;
        Expression value = converter is null
            ? isInt ? Expression.Convert(Expression.Unbox(stored, typeof(long)), typeof(int)) : As(stored, Nullable.GetUnderlyingType(to) ?? to)
            : new Inlined(converter.ConvertFromProviderExpression.Parameters[0], As(stored, converter.ProviderClrType)).Visit(converter.ConvertFromProviderExpression.Body);
        value = value.Type == to ? value : Expression.Convert(value, to);
        return Expression.Assign(Expression.Property(row, property), Expression.Condition(Expression.ReferenceEqual(stored, Expression.Constant(null)), Expression.Default(to), value));
    }

    /// <summary>The row's value as it will be stored.</summary>
    public object? StoredOf(object row) => Stored(getter.GetClrValue(row));

    /// <summary>A value as stored, so that a check against the database compares like with like.</summary>
    public object? Stored(object? value)
    {
        if (value is not null && converter is not null) value = converter.ConvertToProvider(value);
        return value is int number ? (long)number : value;
    }

    static UnaryExpression As(Expression stored, Type type) => type.IsValueType ? Expression.Unbox(stored, type) : Expression.Convert(stored, type);

    sealed class Inlined(ParameterExpression parameter, Expression value) : ExpressionVisitor
    {
        protected override Expression VisitParameter(ParameterExpression node) => node == parameter ? value : base.VisitParameter(node);
    }
}
