using Doseline.Platform.Data.Writing;
using Doseline.Platform.Tests.Stage;
using NpgsqlTypes;

namespace Doseline.Platform.Tests.Data;

/// <summary>A row is what was stored, whether it is made column by column, as the first of its kind are, or by code made for all of its columns.</summary>
public sealed class RowFillTests
{
    // More than it takes until that code is made.
    const int Many = 250;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_row_of_any_kind_holds_what_was_stored_the_first_time_and_the_last(bool withNulls)
    {
        await using var host = await StageHost.StartAsync();
        await host.InAsync<OrdersDb>(db =>
        {
            foreach (var type in db.Model.GetEntityTypes())
            {
                var shape = RowShape.Of(type);
                object?[] stored = [.. shape.Columns.Select(column => withNulls && column.Property.IsNullable ? null : ValueOf(column))];
                for (var i = 0; i < Many; i++) shape.ValuesOf(shape.Make(stored)).ShouldBe(stored, $"{shape.Table}, the {i}th");
                var row = shape.Make(stored);
                object?[] others = [.. shape.Columns.Select(ValueOf)];
                shape.Fill(row, others);
                shape.ValuesOf(row).ShouldBe(others, shape.Table);
            }

            return Task.CompletedTask;
        });
    }

    static object? ValueOf(RowColumn column)
    {
        var type = Nullable.GetUnderlyingType(column.Property.ClrType) ?? column.Property.ClrType;
        if (type.IsEnum) return column.Stored(Enum.GetValues(type).GetValue(Enum.GetValues(type).Length - 1));
        if (type == typeof(DateTimeOffset)) return column.Stored(new DateTimeOffset(2026, 1, 5, 8, 0, 0, TimeSpan.Zero));
        return column.Type switch
        {
            NpgsqlDbType.Text => "text",
            NpgsqlDbType.Bigint => 7L,
            NpgsqlDbType.Double => 1e-7 / 3,
            NpgsqlDbType.Boolean => true,
            _ => new byte[] { 1, 2, 3 },
        };
    }
}
