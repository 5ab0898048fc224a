using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Doseline.Platform.Data;

/// <summary>Stores an instant as UTC ticks (100 ns).</summary>
public sealed class TicksConverter() : ValueConverter<DateTimeOffset, long>(
    instant => instant.UtcTicks,
    ticks => new DateTimeOffset(ticks, TimeSpan.Zero));
